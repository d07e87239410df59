//! Why a store refuses, in words of our own.
//!
//! What a store answers may repeat credentials: S3 sends the key id and the signed text back, Azure the
//! signature; what the crate says of the environment may quote it. So no text of theirs is passed on. Out of it
//! come only the kind of error, a status, an error code (letters and digits), and what the system says of a
//! connection.

use std::error::Error;

use object_store::client::{HttpError, HttpErrorKind};

use super::Scheme;

/// The longest error code that is believed to be one.
const CODE_LETTERS_MAX: usize = 60;
/// What parts of the crate's own texts mean.
const CONFIGURATION: [(&str, &str); 9] = [
    (
        "Missing AccessKeyId",
        "AWS_SECRET_ACCESS_KEY is set without AWS_ACCESS_KEY_ID",
    ),
    (
        "Missing SecretAccessKey",
        "AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY",
    ),
    (
        "Account must be specified",
        "AZURE_STORAGE_ACCOUNT_NAME is not set",
    ),
    ("SAS", "the SAS key in the environment is none"),
    (
        "One of service account path",
        "both a service account file and a service account key are set",
    ),
    (
        "Unable to open service account file",
        "the service account file that the environment names cannot be opened",
    ),
    (
        "Unable to decode service account file",
        "the service account in the environment is no such JSON file",
    ),
    (
        "Unable parse source url",
        "an endpoint in the environment is no URL",
    ),
    (
        "failed to parse",
        "a switch in the environment is neither true nor false",
    ),
];

/// What is asked of a machine for the role that it has.
const ROLES: [&str; 4] = [
    "169.254.169.254",
    "/latest/api/",
    "/computeMetadata/",
    "/metadata/identity/",
];

/// Why, and what to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    /// Why.
    pub(super) reason: String,
    /// What to do.
    pub(super) advice: String,
}

/// Why a request was refused.
pub(super) fn of(error: &object_store::Error, scheme: Scheme) -> Trouble {
    use object_store::Error as Kind;

    let text = texts(error);
    let answer = answer(&text);
    let because = |what: &str| match &answer {
        Some(answer) => format!("{what} ({answer})"),
        None => what.to_owned(),
    };
    let is_bucket = text.contains("NoSuchBucket") || text.contains("ContainerNotFound");
    let (reason, advice) = match error {
        _ if is_bucket => (
            because("there is no such bucket"),
            "check its name and the endpoint".to_owned(),
        ),
        Kind::NotFound { .. } => (
            because("it is not there"),
            "check the name of the bucket and of the object".to_owned(),
        ),
        Kind::PermissionDenied { .. } | Kind::Unauthenticated { .. } => {
            (because("access denied"), variables(scheme))
        }
        Kind::Precondition { .. } | Kind::AlreadyExists { .. } | Kind::NotModified { .. } => {
            let advice = "run it again when nobody writes there".to_owned();
            (because("it was changed meanwhile"), advice)
        }
        Kind::InvalidPath { .. } => {
            let reason = "the store cannot have an object of this name".to_owned();
            (reason, "copy it under another name".to_owned())
        }
        Kind::NotSupported { .. } | Kind::NotImplemented { .. } => (
            because("the store cannot do that"),
            "copy the files by hand".to_owned(),
        ),
        _ => of_generic(error, &text, answer.as_deref(), scheme),
    };
    Trouble { reason, advice }
}

/// Why a request failed that the crate has no kind for.
fn of_generic(
    error: &object_store::Error,
    text: &str,
    answer: Option<&str>,
    scheme: Scheme,
) -> (String, String) {
    let connection = connection(error);
    let what = connection.as_deref().or(answer);
    // The crate names what it asked before it tells the answer.
    let asked = text.split(" - ").next().unwrap_or_default();
    if ROLES.iter().any(|part| asked.contains(part)) {
        let what = what.map_or_else(String::new, |what| format!(" ({what})"));
        let reason =
            format!("no credentials in the environment, and this machine has no role{what}");
        return (reason, variables(scheme));
    }
    if asked.contains("token request") {
        let what = what.unwrap_or("the answer makes no sense");
        let reason = format!("no token for the credentials of the environment: {what}");
        return (reason, variables(scheme));
    }
    if let Some(reason) = connection {
        let advice = format!("check the network and the endpoint; {}", variables(scheme));
        return (format!("{reason}{}", attempts(text)), advice);
    }
    match answer {
        _ if text.contains("redirect without LOCATION") => (
            "the bucket is in another region".to_owned(),
            "name it in AWS_REGION".to_owned(),
        ),
        Some(answer) => (
            format!("the store answered {answer}{}", attempts(text)),
            format!("try again later; {}", variables(scheme)),
        ),
        None => (
            "the store's answer makes no sense".to_owned(),
            format!("check the endpoint; {}", variables(scheme)),
        ),
    }
}

/// Why the environment makes no client.
pub(super) fn of_configuration(error: &object_store::Error) -> String {
    let text = texts(error);
    let mut known = CONFIGURATION.iter();
    known.find(|(part, _)| text.contains(part)).map_or_else(
        || "the environment says something that cannot be".to_owned(),
        |(_, meaning)| (*meaning).to_owned(),
    )
}

/// Which variables of a store are set, by name alone.
pub(super) fn variables(scheme: Scheme) -> String {
    let mut names: Vec<String> = std::env::vars_os()
        .filter_map(|(name, _)| name.into_string().ok())
        .filter(|name| name.starts_with(scheme.variables()))
        .collect();
    names.sort();
    let set = match names.is_empty() {
        true => format!("no variable {}* is set", scheme.variables()),
        false => format!("set are {}", names.join(", ")),
    };
    format!("credentials and endpoint come from the environment: {set} (docs/object-stores.md)")
}

/// Everything that an error and its causes say; looked through, never shown.
fn texts(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push('\n');
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// The status and the code of an answer.
fn answer(text: &str) -> Option<String> {
    let status = behind(text, "status code: ", |letter| letter.is_ascii_digit());
    let code = behind(text, "<Code>", |letter| letter.is_ascii_alphanumeric());
    let code = code.filter(|code| code.len() <= CODE_LETTERS_MAX);
    match (status, code) {
        (Some(status), Some(code)) => Some(format!("HTTP {status}, {code}")),
        (Some(status), None) => Some(format!("HTTP {status}")),
        (None, Some(code)) => Some(code.to_owned()),
        (None, None) => None,
    }
}

/// How often it was tried again.
fn attempts(text: &str) -> String {
    behind(text, ", after ", |letter| letter.is_ascii_digit()).map_or_else(String::new, |retries| {
        format!(", also when tried {retries} times more")
    })
}

/// The letters of a kind that stand behind a word.
fn behind<'t>(text: &'t str, word: &str, is_part: impl Fn(char) -> bool) -> Option<&'t str> {
    let (_, rest) = text.split_once(word)?;
    let end = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
    Some(&rest[..end]).filter(|found| !found.is_empty())
}

/// What became of a connection, if that is what failed.
fn connection(error: &object_store::Error) -> Option<String> {
    let mut cause: Option<&(dyn Error + 'static)> = error.source();
    let mut kind = None;
    let mut system = None;
    while let Some(error) = cause {
        if let Some(http) = error.downcast_ref::<HttpError>() {
            kind = Some(http.kind());
        }
        if let Some(io) = error.downcast_ref::<std::io::Error>() {
            // Of a code of the system the text is the system's; of others only the kind.
            system = Some(match io.raw_os_error() {
                Some(_) => io.to_string(),
                None => io.kind().to_string(),
            });
        }
        cause = error.source();
    }
    let what = match kind? {
        HttpErrorKind::Connect => "no connection",
        HttpErrorKind::Timeout => "no answer in time",
        HttpErrorKind::Request | HttpErrorKind::Interrupted => "the connection broke",
        HttpErrorKind::Decode => "the answer broke off",
        _ => "the request failed",
    };
    Some(match system {
        Some(system) => format!("{what} ({system})"),
        None => what.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn generic(text: &str) -> object_store::Error {
        object_store::Error::Generic {
            store: "S3",
            source: text.into(),
        }
    }

    #[test]
    fn of_an_answer_only_status_and_code_are_passed_on() {
        let error = object_store::Error::PermissionDenied {
            path: "x".to_owned(),
            source: "Error performing GET REDACTED in 3ms - Server returned non-2xx status code: 403 Forbidden: \
                     <Error><Code>SignatureDoesNotMatch</Code><AWSAccessKeyId>AKIAHUNTER2</AWSAccessKeyId>\
                     <StringToSign>hunter2</StringToSign></Error>"
                .into(),
        };
        let trouble = of(&error, Scheme::S3);
        assert_eq!(
            trouble.reason,
            "access denied (HTTP 403, SignatureDoesNotMatch)"
        );
        assert!(!trouble.advice.to_lowercase().contains("hunter2"));
        let odd = of(
            &generic("status code: 500 x <Code>hunter2 hunter2</Code>"),
            Scheme::Gs,
        );
        assert_eq!(odd.reason, "the store answered HTTP 500, hunter2");
        let silent = of(&generic("AKIAHUNTER2"), Scheme::Az);
        assert_eq!(silent.reason, "the store's answer makes no sense");
        let role = "Error performing PUT http://169.254.169.254/latest/api/token in 1ms - Server returned \
                    non-2xx status code: 403 Forbidden: hunter2";
        assert_eq!(
            of(&generic(role), Scheme::S3).reason,
            "no credentials in the environment, and this machine has no role (HTTP 403)"
        );
    }

    #[test]
    fn the_environment_is_not_quoted() {
        let error = generic("invalid type: string \"hunter2\", expected struct");
        assert_eq!(
            of_configuration(&error),
            "the environment says something that cannot be"
        );
        let error = generic("Missing SecretAccessKey");
        assert!(of_configuration(&error).contains("without AWS_SECRET_ACCESS_KEY"));
    }
}
