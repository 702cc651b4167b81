//! Starts, signals and ends the devnet's processes, and leaves none behind.
//!
//! Three nets, each under the one before: [`Supervisor::down`] ends everything in an orderly way; dropping the supervisor (an
//! error, a panic) kills what is left; and if the supervisor itself is killed with SIGKILL, the kernel kills its children,
//! which `setpriv --pdeathsig KILL` asked for on their behalf. That signal is tied to the *thread* that forked, so one
//! dedicated thread forks all children and lives exactly as long as the supervisor.
//!
//! A process is signalled only while its exit has not been collected, under one lock with the collecting: until then the
//! kernel cannot give its id to anybody else.

mod spec;

pub use spec::Spec;

use crate::Error;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus},
    sync::{Mutex, MutexGuard, mpsc},
    thread,
    time::Duration,
};
use tokio::time::{Instant, sleep};

/// How often a condition is looked at again. Not a delay anything relies on.
pub(crate) const POLL: Duration = Duration::from_millis(25);
/// What a process gets to end by itself after SIGTERM before it is killed.
const GRACE: Duration = Duration::from_secs(15);
/// Variable that marks a devnet's processes and whatever they start: its value is the folder of their logs.
const MARK: &str = "ROTA_DEVNET";
/// Bytes of a log that an error message quotes at most.
const TAIL: u64 = 2_000;

/// One start of one process, as a report or a test wants to see it.
#[derive(Clone, Debug)]
pub struct Started {
    pub name: String,
    pub pid: u32,
    /// None while it runs (or is frozen).
    pub exit: Option<ExitStatus>,
}

/// The processes of one devnet.
pub struct Supervisor {
    logs: PathBuf,
    spawner: mpsc::Sender<(Command, mpsc::Sender<std::io::Result<Child>>)>,
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    /// The latest start by name.
    current: BTreeMap<String, (Spec, Running)>,
    /// Every start before the latest one of its name.
    past: Vec<Started>,
    /// Names in the order of their first start.
    order: Vec<String>,
}

struct Running {
    child: Child,
    exit: Option<ExitStatus>,
}

impl Supervisor {
    /// A supervisor that keeps one log a process in `logs`, which it makes.
    pub fn new(logs: impl Into<PathBuf>) -> Result<Self, Error> {
        let logs = logs.into();
        fs::create_dir_all(&logs).map_err(|e| Error::io(&logs, e))?;
        let (spawner, orders) = mpsc::channel::<(Command, mpsc::Sender<std::io::Result<Child>>)>();
        thread::Builder::new()
            .name("devnet-spawner".into())
            .spawn(move || {
                for (mut command, reply) in orders {
                    // Nobody left to hear it: the child would be an orphan, so it must not live.
                    if let Err(mpsc::SendError(Ok(mut child))) = reply.send(command.spawn()) {
                        let _ = child.kill();
                        let _ = child.wait();
                    }
                }
            })
            .map_err(|e| Error::io(Path::new("devnet-spawner"), e))?;
        Ok(Self { logs, spawner, table: Mutex::default() })
    }

    /* STARTING */

    /// Starts a process in its own group, with both outputs appended to its log. A process that ended may be started anew
    /// under its name.
    pub fn spawn(&self, spec: Spec) -> Result<u32, Error> {
        let mut table = self.table();
        if table.running(&spec.name).is_some() {
            return Err(Error::AlreadyRunning(spec.name));
        }
        let log = self.log(&spec.name)?;
        let twin = log.try_clone().map_err(|e| Error::io(&self.logs, e))?;
        let mut command = spec.command();
        command.stdout(log).stderr(twin).env(MARK, &self.logs);
        let (reply, answer) = mpsc::channel();
        self.spawner.send((command, reply)).map_err(|_| Error::SpawnerGone)?;
        let child =
            answer.recv().map_err(|_| Error::SpawnerGone)?.map_err(|source| {
                match source.kind() {
                    std::io::ErrorKind::NotFound => Error::NoSetpriv,
                    _ => Error::Spawn { name: spec.name.clone(), source },
                }
            })?;
        let pid = child.id();
        if let Some((_, before)) = table.current.remove(&spec.name) {
            table.past.push(before.started(&spec.name));
        } else {
            table.order.push(spec.name.clone());
        }
        table.current.insert(spec.name.clone(), (spec, Running { child, exit: None }));
        Ok(pid)
    }

    /// Runs a process to its end and returns what it wrote to stdout; an exit code other than 0 is an error with its stderr.
    /// The caller's thread waits: for commands that end at once. Longer ones are spawned and waited for with [`Self::finish`].
    pub fn run(&self, spec: Spec) -> Result<String, Error> {
        let log = self.log(&spec.name)?;
        let mut command = spec.command();
        command.stderr(log).env(MARK, &self.logs);
        let output = command.output().map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => Error::NoSetpriv,
            _ => Error::Spawn { name: spec.name.clone(), source },
        })?;
        if !output.status.success() {
            return Err(self.died(
                &spec.name,
                output.status,
                &String::from_utf8_lossy(&output.stdout),
            ));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Waits until the named process ends by itself; an exit code other than 0 is an error with the end of its log.
    pub async fn finish(&self, name: &str, within: Duration) -> Result<(), Error> {
        let deadline = Instant::now() + within;
        loop {
            let exit = self.table().exit(name);
            match exit {
                Some(exit) if exit.success() => return Ok(()),
                Some(exit) => return Err(self.died(name, exit, "")),
                None if Instant::now() >= deadline => {
                    let (what, seen) = (format!("end of {name}"), "it still runs".into());
                    return Err(Error::Deadline {
                        what,
                        within,
                        seen,
                        log: self.log_path(name),
                        tail: self.log_tail(name),
                    });
                }
                None => sleep(POLL).await,
            }
        }
    }

    /// Starts the named process again exactly as it was started; it must have ended.
    pub fn restart(&self, name: &str) -> Result<u32, Error> {
        let spec = self
            .table()
            .current
            .get(name)
            .map(|(spec, _)| spec.clone())
            .ok_or_else(|| Error::unknown(name))?;
        self.spawn(spec)
    }

    /* SIGNALS */

    /// SIGKILL to all of them at one moment, as a power cut would; returns when they are gone.
    pub async fn kill(&self, names: &[&str]) -> Result<(), Error> {
        self.signal(names, Signal::KILL)?;
        self.gone(names, GRACE).await
    }

    /// SIGSTOP: the processes stand still, and keep their sockets.
    pub fn freeze(&self, names: &[&str]) -> Result<(), Error> {
        self.signal(names, Signal::STOP)
    }

    /// SIGCONT.
    pub fn thaw(&self, names: &[&str]) -> Result<(), Error> {
        self.signal(names, Signal::CONT)
    }

    /// Ends the named processes side by side: SIGTERM, and SIGKILL for what is still there [`GRACE`] later.
    pub async fn stop(&self, names: &[&str]) -> Result<(), Error> {
        self.signal(names, Signal::TERM)?;
        // A frozen process would not see the SIGTERM.
        self.signal(names, Signal::CONT)?;
        if self.gone(names, GRACE).await.is_ok() {
            return Ok(());
        }
        self.kill(names).await
    }

    /// Ends everything that still runs, the last started first.
    pub async fn down(&self) -> Result<(), Error> {
        let names: Vec<String> = self.table().order.iter().rev().cloned().collect();
        for name in names {
            self.stop(&[&name]).await?;
        }
        Ok(())
    }

    fn signal(&self, names: &[&str], signal: Signal) -> Result<(), Error> {
        let mut table = self.table();
        for name in names {
            // One that ended by itself needs no signal.
            let Some(running) = table.running(name) else { continue };
            let sent = kill_process_group(Pid::from_child(&running.child), signal);
            sent.map_err(|e| Error::Signal { name: (*name).into(), source: e.into() })?;
        }
        Ok(())
    }

    async fn gone(&self, names: &[&str], within: Duration) -> Result<(), Error> {
        let deadline = Instant::now() + within;
        while let Some(name) = names.iter().find(|name| self.is_running(name)) {
            if Instant::now() >= deadline {
                return Err(Error::StillRunning((*name).into()));
            }
            sleep(POLL).await;
        }
        Ok(())
    }

    /* LOOKING */

    pub fn is_running(&self, name: &str) -> bool {
        self.table().running(name).is_some()
    }

    /// Every process this supervisor started, restarts apart.
    pub fn list(&self) -> Vec<Started> {
        let mut table = self.table();
        let names = table.order.clone();
        for name in &names {
            table.running(name);
        }
        let latest =
            names.iter().filter_map(|name| table.current.get(name).map(|(_, r)| r.started(name)));
        table.past.iter().cloned().chain(latest).collect()
    }

    /// Every process of this devnet that the machine has right now, by the mark that its descendants inherit: those too that
    /// the supervisor knows nothing of. Process id and command line.
    pub fn remnants(&self) -> Vec<(u32, String)> {
        let mark = format!("{MARK}={}", self.logs.display());
        let marked = |pid: u32| {
            let variables = fs::read(format!("/proc/{pid}/environ")).ok()?;
            variables.split(|byte| *byte == 0).any(|v| v == mark.as_bytes()).then_some(())?;
            let line = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
            Some((pid, String::from_utf8_lossy(&line).replace('\0', " ")))
        };
        let all = fs::read_dir("/proc").into_iter().flatten().flatten();
        all.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .filter_map(marked)
            .collect()
    }

    /// SIGKILL to a remnant.
    pub fn end_remnant(&self, pid: u32) {
        // It may be gone by now, which is as well.
        if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
            let _ = kill_process(pid, Signal::KILL);
        }
    }

    pub fn log_path(&self, name: &str) -> PathBuf {
        self.logs.join(format!("{name}.log"))
    }

    /// The last lines of a process's log, for an error message.
    pub fn log_tail(&self, name: &str) -> String {
        let read = || -> std::io::Result<String> {
            let mut file = File::open(self.log_path(name))?;
            let from = file.metadata()?.len().saturating_sub(TAIL);
            file.seek(SeekFrom::Start(from))?;
            let mut bytes = vec![];
            file.read_to_end(&mut bytes)?;
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        };
        read().unwrap_or_else(|error| format!("(no log: {error})"))
    }

    /// Looks at a condition until it yields a value. Fails at the deadline with the condition's last answer, or at once when
    /// the process `needs` has died, with the end of its log.
    pub async fn until<T>(
        &self,
        needs: &str,
        what: &str,
        within: Duration,
        mut look: impl AsyncFnMut() -> Result<Option<T>, Error>,
    ) -> Result<T, Error> {
        let deadline = Instant::now() + within;
        loop {
            let seen = match look().await {
                Ok(Some(value)) => return Ok(value),
                Ok(None) => "not yet".to_owned(),
                Err(error) => error.to_string(),
            };
            if let Some(exit) = self.table().exit(needs) {
                return Err(self.died(needs, exit, ""));
            }
            if Instant::now() >= deadline {
                return Err(Error::Deadline {
                    what: what.into(),
                    within,
                    seen,
                    log: self.log_path(needs),
                    tail: self.log_tail(needs),
                });
            }
            sleep(POLL).await;
        }
    }

    /* INTERNAL */

    /// The log of a process, to write on at its end.
    fn log(&self, name: &str) -> Result<File, Error> {
        let path = self.log_path(name);
        let log = File::options().create(true).append(true).open(&path);
        log.map_err(|e| Error::io(&path, e))
    }

    fn died(&self, name: &str, exit: ExitStatus, said: &str) -> Error {
        let tail = format!("{said}{}", self.log_tail(name));
        Error::Died { name: name.into(), exit, log: self.log_path(name), tail }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        // A panic elsewhere must not keep the processes from being ended.
        self.table.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        let mut table = self.table();
        let names = table.order.clone();
        for name in names.iter().rev() {
            if let Some(running) = table.running(name) {
                let _ = kill_process_group(Pid::from_child(&running.child), Signal::KILL);
                let _ = running.child.wait();
            }
        }
    }
}

impl Table {
    /// The named process if it has not ended; collects its exit if it has.
    fn running(&mut self, name: &str) -> Option<&mut Running> {
        let running = &mut self.current.get_mut(name)?.1;
        if running.exit.is_none() {
            running.exit = running.child.try_wait().ok().flatten();
        }
        running.exit.is_none().then_some(running)
    }

    fn exit(&mut self, name: &str) -> Option<ExitStatus> {
        self.running(name);
        self.current.get(name)?.1.exit
    }
}

impl Running {
    fn started(&self, name: &str) -> Started {
        Started { name: name.into(), pid: self.child.id(), exit: self.exit }
    }
}

#[cfg(test)]
mod tests;
