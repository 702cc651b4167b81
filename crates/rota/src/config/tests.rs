use super::*;

/// The example with every placeholder filled in.
fn complete() -> String {
    example().replace("0x…", "0x00000000000000000000000000000000000000aa")
}

fn load(text: &str, overrides: &[(&'static str, &str)]) -> Result<Config> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("rota.toml");
    fs::write(&file, text)?;
    let overrides = overrides.iter().map(|(key, text)| (*key, (*text).to_owned())).collect();
    Config::load(&Sources { file: Some(file), overrides })
}

#[test]
fn the_example_file_is_a_valid_configuration() {
    let config = load(&complete(), &[]).unwrap();
    assert_eq!(config.l1.rpc, ["http://127.0.0.1:8545"]);
    assert_eq!(config.bond, U256::ZERO);
    assert!(!config.bid.enabled);
}

#[test]
fn a_flag_wins_over_the_file() {
    let config =
        load(&complete(), &[("l1.rpc", "http://a:1,http://b:2"), ("bid.curves", "9:1 5:2,7:1")])
            .unwrap();
    assert_eq!(config.l1.rpc, ["http://a:1", "http://b:2"]);
    assert_eq!(config.bid.curves, ["9:1 5:2".parse().unwrap(), "7:1".parse().unwrap()]);
}

#[test]
fn a_missing_required_key_is_named_with_its_flag_and_variable() {
    for option in OPTIONS.iter().filter(|option| option.required) {
        let (section, name) = option.key.split_once('.').unwrap_or(("", option.key));
        let mut table: Table = complete().parse().unwrap();
        let removed = match section {
            "" => table.remove(name),
            section => table[section].as_table_mut().unwrap().remove(name),
        };
        assert!(removed.is_some(), "{} stands in the example", option.key);
        let error = load(&table.to_string(), &[]).unwrap_err().to_string();
        for part in [option.key, &format!("--{}", option.key), &option.variable()] {
            assert!(error.contains(part), "{error}: should name {part}");
        }
    }
}

#[test]
fn what_is_written_wrong_is_named_with_its_value() {
    for (key, value) in [
        ("l1.chain_id", "one"),
        ("l1.rpc", "ws://127.0.0.1:1"),
        ("contracts.baton", "0x12"),
        ("l2.node_rpc", "localhost"),
        ("l2.conductor_listen", "8547"),
        ("bond.eth", "lots"),
        ("bid.enabled", "perhaps"),
        ("bid.curves", "5:1 9:1"),
        ("bid.jump_percent", "101"),
        ("bid.curves", "5:0"),
        ("bid.curves", "281474976710656:1"),
    ] {
        let error = load(&complete(), &[(key, value)]).unwrap_err().to_string();
        assert!(
            error.contains(key) && error.contains(value.split(',').next().unwrap()),
            "{key}={value}: {error}"
        );
    }
    let error = load(&(complete() + "\n[l3]\nrpc = 1\n"), &[]).unwrap_err().to_string();
    assert!(error.contains("l3.rpc"), "{error}");
}
