//! Scenarios that share a boot: run in order on one chain, reported as libtest reports tests.
#![expect(clippy::print_stdout, reason = "the results are this program's output")]

use crate::chain::Chain;
use eyre::Result;
use futures::future::LocalBoxFuture;
use rota_devnet::Options;
use std::{process::ExitCode, time::Instant};

/// A scenario: what is done to the chain, and what must be seen on it.
pub type Scenario = for<'a> fn(&'a Chain) -> LocalBoxFuture<'a, Result<()>>;

/// The chain of a suite.
#[derive(Clone, Copy)]
pub struct Setting {
    /// Folder of its logs.
    pub name: &'static str,
    pub options: fn(Options) -> Options,
    /// Operators whose entrances no user knows.
    pub unused: &'static [u16],
}

/// Boots the setting's chain, runs the scenarios whose names contain the command line's filter (all without one), each
/// followed by the checks that hold at any time; the last test ends the chain and looks at what is left of it.
pub fn run(setting: Setting, scenarios: &[(&str, Scenario)]) -> ExitCode {
    let filter = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let wanted = |test: &str| filter.as_deref().is_none_or(|filter| test.contains(filter));
    let scenarios: Vec<_> = scenarios.iter().filter(|(test, _)| wanted(test)).collect();
    let began = Instant::now();
    let (mut passed, mut failed) = (0, 0);
    let mut tell = |test: &str, result: Result<()>| match result {
        Ok(()) => {
            passed += 1;
            println!("test {test} ... ok");
        }
        Err(error) => {
            failed += 1;
            println!("test {test} ... FAILED\n{error:#}\n");
        }
    };
    println!("\nrunning {} tests", if scenarios.is_empty() { 0 } else { scenarios.len() + 1 });
    if !scenarios.is_empty() {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime can be made");
        runtime.block_on(async {
            let chain = match Chain::up(setting).await {
                Ok(chain) => chain,
                Err(error) => return tell("the_chain_comes_up", Err(error)),
            };
            for (test, scenario) in &scenarios {
                chain.say(&format!("{test}: begins"));
                let since = Instant::now();
                let mut result = scenario(&chain).await;
                if result.is_ok() {
                    result = chain.check().await;
                }
                let verdict = if result.is_ok() { "held" } else { "FAILED" };
                chain.say(&format!("{test}: {verdict} after {} s", since.elapsed().as_secs()));
                tell(test, result);
            }
            tell("nothing_is_lost_or_left_running", chain.end().await);
        });
    }
    let verdict = if failed == 0 { "ok" } else { "FAILED" };
    println!(
        "\ntest result: {verdict}. {passed} passed; {failed} failed; 0 ignored; 0 measured; 0 filtered out; finished in {:.2}s\n",
        began.elapsed().as_secs_f64()
    );
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
