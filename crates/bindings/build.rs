//! Compiles `contracts/interfaces` with the compiler that forge uses, and writes one `sol!` invocation an interface.
//!
//! What an interface imports lies beside it under a relative path, so there are no remappings; and an ABI depends on no
//! optimizer setting.

use foundry_compilers::{
    artifacts::{
        Settings, SolcInput, SolcLanguage, Source, Sources, output_selection::OutputSelection,
    },
    solc::Solc,
};
use std::{
    env,
    error::Error,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../..").canonicalize()?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    for watched in
        ["contracts/interfaces", "contracts/types", "tools/solc/solc", "package-lock.json"]
    {
        println!("cargo::rerun-if-changed={}", root.join(watched).display());
    }
    if !root.join("node_modules/solc").exists() {
        return Err(
            "the Solidity compiler is not installed: run `npm ci` (or any `make` target) first"
                .into(),
        );
    }

    let mut sources = Source::read_sol_yul_from(&root.join("contracts/interfaces"))?;
    while let Some(missing) = first_missing_import(&sources) {
        let source = Source::read(&missing)?;
        sources.insert(missing, source);
    }
    let mut input = SolcInput::new(SolcLanguage::Solidity, sources, Settings::default());
    input.settings.output_selection = OutputSelection::common_output_selection(["abi".to_owned()]);
    input.strip_prefix(&root);
    let output = Solc::new(root.join("tools/solc/solc"))?.compile_exact(&input)?;
    if output.has_error() {
        let messages: Vec<_> =
            output.errors.iter().filter_map(|error| error.formatted_message.clone()).collect();
        return Err(messages.join("\n").into());
    }

    let mut generated = String::new();
    for (name, contract) in output.contracts_iter() {
        let Some(bound) =
            name.strip_prefix('I').filter(|rest| rest.starts_with(char::is_uppercase))
        else {
            continue;
        };
        let abi =
            contract.abi.as_ref().ok_or_else(|| format!("{name}: the compiler gave no ABI"))?;
        let file = out.join(format!("{name}.json"));
        fs::write(&file, serde_json::to_string(&abi)?)?;
        writeln!(
            generated,
            "alloy::sol! {{ #[sol(rpc)] #[derive(Debug, PartialEq, Eq)] {bound}, {:?} }}",
            file.display().to_string()
        )?;
    }
    fs::write(out.join("bindings.rs"), generated)?;
    Ok(())
}

/// A file that `sources` import and do not hold.
fn first_missing_import(sources: &Sources) -> Option<PathBuf> {
    let imports = sources.iter().flat_map(|(path, source)| {
        source.content.lines().filter_map(move |line| {
            let (_, quoted) = line.split_once("from \"")?;
            path.parent()?.join(quoted.split_once('"')?.0).canonicalize().ok()
        })
    });
    imports.into_iter().find(|path| !sources.contains_key(path))
}
