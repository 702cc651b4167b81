use std::error::Error;

/// The innermost reason of an error, which is what a person can act on ("Connection refused"): a client's outer layers tell which
/// request failed, which whoever prints it knows, and repeat the URL with the secrets in it.
pub fn root_cause(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
