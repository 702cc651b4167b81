//! What a process is started with, and how.

use std::{
    ffi::OsString,
    os::unix::process::CommandExt,
    path::PathBuf,
    process::{Command, Stdio},
};

/// What a process sees of the devnet's own environment.
const KEPT: [&str; 3] = ["PATH", "HOME", "RUST_LOG"];

/// What to start: enough to start it again.
#[derive(Clone, Debug)]
pub struct Spec {
    /// Unique in a devnet; also the name of the log file.
    pub name: String,
    pub program: PathBuf,
    pub args: Vec<OsString>,
    pub env: Vec<(String, OsString)>,
    pub dir: PathBuf,
}

impl Spec {
    pub fn new(
        name: impl Into<String>,
        program: impl Into<PathBuf>,
        dir: impl Into<PathBuf>,
    ) -> Self {
        Self {
            name: name.into(),
            program: program.into(),
            args: vec![],
            env: vec![],
            dir: dir.into(),
        }
    }

    pub fn args<T: Into<OsString>>(mut self, args: impl IntoIterator<Item = T>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    pub fn env(mut self, key: impl Into<String>, value: impl Into<OsString>) -> Self {
        self.env.push((key.into(), value.into()));
        self
    }

    /// Its command, outputs not yet set.
    pub(super) fn command(&self) -> Command {
        let mut command = Command::new("setpriv");
        command
            .args(["--pdeathsig", "KILL", "--"])
            .arg(&self.program)
            .args(&self.args)
            // Flags and files alone decide: all of these programs would take options from variables too.
            .env_clear()
            .envs(KEPT.iter().filter_map(|name| Some((name, std::env::var_os(name)?))))
            // Logs are read in files.
            .env("NO_COLOR", "1")
            .envs(self.env.iter().map(|(k, v)| (k, v)))
            .current_dir(&self.dir)
            // A group of its own: Ctrl-C in the terminal reaches the devnet alone, which then ends things in order.
            .process_group(0)
            .stdin(Stdio::null());
        command
    }
}
