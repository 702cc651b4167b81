//! Secrets: read from a file, a keystore or the environment; written once, for their owner's eyes only; never printed.

use crate::config::{KeyFiles, read_file};
use alloy::{
    primitives::{Address, B256, Bytes},
    signers::local::{LocalSigner, PrivateKeySigner},
};
use eyre::{Context, OptionExt, Result, bail, eyre};
use rota_core::me::key_proof;
use std::{
    env,
    fs::{self, OpenOptions},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

/// The hot key: signs commitments and sends the keeper's transactions.
pub fn sequencer(files: &KeyFiles) -> Result<PrivateKeySigner> {
    load("sequencer", "ROTA_SEQUENCER_KEY", files.sequencer_file.as_deref(), files)?.ok_or_eyre(
        "no sequencer key: set keys.sequencer_file (make one with `rota keys new --out FILE`) or ROTA_SEQUENCER_KEY",
    )
}

/// The operator's owner key, if it was given.
pub fn owner(files: &KeyFiles) -> Result<Option<PrivateKeySigner>> {
    load("owner", "ROTA_OWNER_KEY", files.owner_file.as_deref(), files)
}

fn load(
    what: &str,
    variable: &str,
    file: Option<&Path>,
    files: &KeyFiles,
) -> Result<Option<PrivateKeySigner>> {
    if let Ok(text) = env::var(variable) {
        return parse(&text)
            .wrap_err_with(|| format!("the {what} key in {variable} is not usable"))
            .map(Some);
    }
    file.map(|path| open(what, path, files.password_file.as_deref())).transpose()
}

fn open(what: &str, path: &Path, password_file: Option<&Path>) -> Result<PrivateKeySigner> {
    let text = read_file(&format!("the {what} key"), path)?;
    if text.trim_start().starts_with('{') {
        let password = password(password_file)?;
        LocalSigner::decrypt_keystore(path, password)
            .wrap_err_with(|| format!("cannot open the {what} keystore {}", path.display()))
    } else {
        parse(&text).wrap_err_with(|| format!("the {what} key in {} is not usable", path.display()))
    }
}

/// The error tells the shape and never the text: it may be a mistyped secret.
fn parse(text: &str) -> Result<PrivateKeySigner> {
    let text = text.trim();
    let key: B256 = text.parse().map_err(|_| {
        eyre!("expected 0x and 64 hex digits, found {} characters of something else", text.len())
    })?;
    PrivateKeySigner::from_bytes(&key).wrap_err("not a private key of secp256k1")
}

fn password(file: Option<&Path>) -> Result<String> {
    if let Ok(password) = env::var("ROTA_KEYSTORE_PASSWORD") {
        return Ok(password);
    }
    let path = file.ok_or_eyre(
        "the key is a keystore: set keys.password_file (--password-file) or ROTA_KEYSTORE_PASSWORD",
    )?;
    Ok(read_file("the keystore password", path)?.trim_end_matches(['\r', '\n']).to_owned())
}

/// The proof that the key in `path` agrees to be the batcher key of `owner`'s operator.
pub fn prove(
    path: &Path,
    password_file: Option<&Path>,
    l1_chain_id: u64,
    registry: Address,
    owner: Address,
) -> Result<Bytes> {
    let signer = open("batcher", path, password_file)?;
    key_proof(&signer, l1_chain_id, registry, owner).wrap_err("the batcher key did not sign")
}

/// Makes a key, writes it to `path` readable by its owner alone, and returns its address. Never overwrites.
pub fn create(path: &Path, password_file: Option<&Path>) -> Result<Address> {
    if path.exists() {
        bail!("{} exists; a key is never overwritten: choose another file", path.display());
    }
    let signer = PrivateKeySigner::random();
    match password_file {
        None => write_private(path, &format!("{}\n", signer.to_bytes()))?,
        Some(file) => {
            let password = read_file("the keystore password", file)?;
            let folder =
                path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
            let name = path
                .file_name()
                .and_then(|n| n.to_str())
                .ok_or_eyre("the key file needs a name")?;
            LocalSigner::encrypt_keystore(
                folder,
                &mut rand::rngs::OsRng,
                signer.to_bytes(),
                password.trim_end_matches(['\r', '\n']),
                Some(name),
            )
            .wrap_err_with(|| format!("cannot write the keystore {}", path.display()))?;
            fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        }
    }
    Ok(signer.address())
}

fn write_private(path: &Path, text: &str) -> Result<()> {
    let open = || OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    open()
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .wrap_err_with(|| format!("cannot write the key to {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn files(sequencer: &Path, password: Option<&Path>) -> KeyFiles {
        KeyFiles {
            sequencer_file: Some(sequencer.into()),
            owner_file: None,
            password_file: password.map(Into::into),
            batcher: Address::ZERO,
            batcher_proof: None,
            payee: None,
        }
    }

    #[test]
    fn a_new_key_can_be_read_by_its_owner_alone_and_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let address = create(&path, None).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(sequencer(&files(&path, None)).unwrap().address(), address);
        assert!(create(&path, None).unwrap_err().to_string().contains("never overwritten"));
    }

    #[test]
    fn a_keystore_opens_with_its_password_only() {
        let folder = tempfile::tempdir().unwrap();
        let (path, right, wrong) =
            (folder.path().join("key"), folder.path().join("a"), folder.path().join("b"));
        fs::write(&right, "correct\n").unwrap();
        fs::write(&wrong, "horse\n").unwrap();
        let address = create(&path, Some(&right)).unwrap();
        assert_eq!(sequencer(&files(&path, Some(&right))).unwrap().address(), address);
        assert!(
            sequencer(&files(&path, Some(&wrong))).unwrap_err().to_string().contains("keystore")
        );
    }

    #[test]
    fn an_unusable_key_is_refused_without_being_shown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        fs::write(&path, "0xdeadbeefsecret").unwrap();
        let error = format!("{:#}", sequencer(&files(&path, None)).unwrap_err());
        assert!(error.contains("64 hex digits") && !error.contains("deadbeef"), "{error}");
    }
}
