use super::*;
use std::process::Stdio;

fn supervisor() -> (tempfile::TempDir, Supervisor) {
    let dir = tempfile::tempdir().unwrap();
    let supervisor = Supervisor::new(dir.path().join("logs")).unwrap();
    (dir, supervisor)
}

fn shell(name: &str, script: &str) -> Spec {
    Spec::new(name, "sh", "/").args(["-c", script])
}

fn lives(pid: u32) -> bool {
    // A zombie has ended; it only waits to be collected.
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|s| !s.contains(") Z"))
}

#[tokio::test]
async fn one_that_ignores_sigterm_is_killed_and_a_frozen_one_ends() {
    let (_dir, s) = supervisor();
    let pid = s.spawn(shell("frozen", "sleep 1000")).unwrap();
    s.freeze(&["frozen"]).unwrap();
    s.stop(&["frozen"]).await.unwrap();
    assert!(!s.is_running("frozen") && !lives(pid));
}

#[tokio::test]
async fn a_dead_process_is_reported_with_the_end_of_its_log() {
    let (_dir, s) = supervisor();
    s.spawn(shell("mortal", "echo the reason >&2; exit 3")).unwrap();
    let error = s
        .until("mortal", "a sign of life", Duration::from_secs(60), async || Ok(None::<()>))
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("the reason") && error.contains("exit status: 3"), "{error}");
}

#[tokio::test]
async fn a_process_starts_again_under_its_name_and_both_starts_are_listed() {
    let (_dir, s) = supervisor();
    let first = s.spawn(shell("again", "sleep 1000")).unwrap();
    assert!(s.restart("again").is_err(), "it still runs");
    s.kill(&["again"]).await.unwrap();
    let second = s.restart("again").unwrap();
    let list: Vec<_> = s.list().iter().map(|p| (p.pid, p.exit.is_some())).collect();
    assert_eq!(list, [(first, true), (second, false)]);
    s.down().await.unwrap();
    assert!(!lives(second));
}

#[test]
fn dropping_the_supervisor_kills_a_whole_group() {
    let (dir, s) = supervisor();
    let file = dir.path().join("grandchild");
    let pid = s
        .spawn(shell("parent", &format!("sleep 1000 & echo $! > {}; wait", file.display())))
        .unwrap();
    let grandchild = loop {
        match fs::read_to_string(&file).ok().and_then(|s| s.trim().parse::<u32>().ok()) {
            Some(pid) => break pid,
            None => thread::yield_now(),
        }
    };
    drop(s);
    while lives(grandchild) {
        thread::yield_now();
    }
    assert!(!lives(pid));
}

/// The third net: a process that supervises and is killed -9 takes its children along. The supervising process is
/// this test binary itself, started again with a variable that makes this test play the victim.
#[test]
fn children_die_with_a_supervisor_that_is_killed() {
    const ROLE: &str = "ROTA_TEST_SUPERVISOR_VICTIM";
    if let Some(file) = std::env::var_os(ROLE) {
        let dir = tempfile::tempdir().unwrap();
        let s = Supervisor::new(dir.path()).unwrap();
        let pid = s.spawn(shell("child", "exec sleep 1000")).unwrap();
        fs::write(&file, pid.to_string()).unwrap();
        loop {
            thread::park();
        }
    }
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("pid");
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "process::tests::children_die_with_a_supervisor_that_is_killed"])
        .env(ROLE, &file)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    // `setpriv` has become `sleep` once the signal is set: only then does the child count as started.
    let child = loop {
        let pid = fs::read_to_string(&file).ok().and_then(|s| s.parse::<u32>().ok());
        match pid {
            Some(pid)
                if fs::read_to_string(format!("/proc/{pid}/comm"))
                    .is_ok_and(|c| c == "sleep\n") =>
            {
                break pid;
            }
            _ => thread::yield_now(),
        }
    };
    victim.kill().unwrap();
    victim.wait().unwrap();
    while lives(child) {
        thread::yield_now();
    }
}

#[tokio::test]
async fn a_daemon_that_slipped_away_is_found_by_its_mark_and_ended() {
    let (_dir, s) = supervisor();
    crate::run::faults::leave_orphan(&s).unwrap();
    s.finish("orphan", Duration::from_secs(60)).await.unwrap();
    s.down().await.unwrap();
    let [(pid, line)] = s.remnants().try_into().unwrap();
    assert!(line.contains("sleep 600"), "{line}");
    s.end_remnant(pid);
    while lives(pid) {
        thread::yield_now();
    }
    assert_eq!(s.remnants(), []);
}
