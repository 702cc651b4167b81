//! Cases are data: a scene, a time, and what is due then. Epoch 2 is the first one scheduled; [`ME`] is operator 2.

mod bidding;
mod liveness;
mod membership;
mod open;
mod pipeline;
mod pledges;
mod policies;
mod rewards;
mod turns;

use super::*;
use crate::scene::{self, ME, Scene, node, start};

/// The context of `id` at `now` (milliseconds) in `scene`, with a node in sync at the time of L1's head.
struct Seat {
    scene: Scene,
    me: Me,
    node: NodeView,
    id: OperatorId,
    now: Millis,
}

impl Seat {
    /// Ours at the time of L1's head, so that the next L1 block is expected 2 s later.
    fn new(scene: Scene) -> Self {
        let time = scene.view.head().timestamp.0;
        Self { scene, me: scene::me(ME), node: node(time), id: ME, now: scene::seconds(time) }
    }

    fn of(mut self, id: u16) -> Self {
        (self.id, self.me) = (OperatorId(id), scene::me(OperatorId(id)));
        self
    }

    fn unsynced(mut self) -> Self {
        self.node.synced = false;
        self
    }

    fn ctx(&self) -> Context<'_> {
        Context {
            view: &self.scene.view,
            me: &self.me,
            node: &self.node,
            id: self.id,
            now: self.now,
        }
    }
}

/// The keys of what is due, which say which action it is and about what.
fn keys(intents: impl IntoIterator<Item = Intent>) -> Vec<String> {
    intents.into_iter().map(|intent| intent.action.key()).collect()
}
