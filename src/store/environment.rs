//! What the environment may say before the crate sees it: it would end the program over an endpoint or a header
//! that cannot be.

use super::Scheme;

/// Parts of the names of variables that hold a URL.
const URLS: [&str; 4] = ["ENDPOINT", "URL", "FULL_URI", "AUTHORITY_HOST"];

/// Names the first variable of a store that cannot be, and what it should be; never its value.
pub(super) fn fault(
    scheme: Scheme,
    variables: impl Iterator<Item = (String, String)>,
) -> Option<String> {
    let mut variables: Vec<_> = variables
        .filter(|(name, _)| name.starts_with(scheme.variables()))
        .collect();
    variables.sort();
    variables.into_iter().find_map(|(name, value)| {
        let expected = expected(&name, &value)?;
        Some(format!("{name}: expected {expected}"))
    })
}

fn expected(name: &str, value: &str) -> Option<&'static str> {
    let is_switch = name.contains("_USE_");
    if !is_switch && URLS.iter().any(|part| name.contains(part)) && !is_url(value) {
        return Some("a URL such as https://host:9000, without credentials in it");
    }
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    let is_region = name.ends_with("_REGION");
    if is_region && (value.is_empty() || !value.chars().all(is_word)) {
        return Some("a region such as eu-central-1");
    }
    // A key as JSON has lines; everything else becomes part of a request's head.
    let is_line = |letter: char| letter == ' ' || letter.is_ascii_graphic();
    if !name.ends_with("_ACCOUNT_KEY") && !value.chars().all(is_line) {
        return Some("one line of ASCII letters");
    }
    None
}

fn is_url(value: &str) -> bool {
    let rest = ["http://", "https://"]
        .iter()
        .find_map(|scheme| value.strip_prefix(scheme));
    let Some(rest) = rest else {
        return false;
    };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let is_host = |letter: char| {
        letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_' | ':' | '[' | ']')
    };
    let is_path = |letter: char| letter.is_ascii_alphanumeric() || "/.-_~%+=&?:,".contains(letter);
    let has_port = port.is_none_or(|port| port.parse::<u16>().is_ok());
    let is_bracketed = host.starts_with('[') && host.ends_with(']');
    let is_plain = !host.contains(['[', ']', ':']);
    !host.is_empty()
        && host.chars().all(is_host)
        && (is_plain || is_bracketed)
        && has_port
        && path.chars().all(is_path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault_of(name: &str, value: &str) -> Option<String> {
        let variables = [(name.to_owned(), value.to_owned())];
        fault(Scheme::S3, variables.into_iter())
    }

    #[test]
    fn what_would_be_no_request_is_named_and_not_quoted() {
        for (name, value) in [
            ("AWS_ENDPOINT", "hunter2"),
            ("AWS_ENDPOINT_URL", "http://hunter2:hunter2@host"),
            ("AWS_ENDPOINT", "http://hunter2 hunter2"),
            ("AWS_ENDPOINT_URL_S3", "http://hunter2:99999"),
            ("AWS_ENDPOINT", "http://"),
            ("AWS_REGION", "hunter2 hunter2"),
            ("AWS_SESSION_TOKEN", "hunter2\nhunter2"),
            ("AWS_ACCESS_KEY_ID", "hünter2"),
        ] {
            let fault = fault_of(name, value).expect(value);
            assert!(fault.starts_with(&format!("{name}: expected ")), "{fault}");
            assert!(!fault.contains("nter2"), "{fault}");
        }
    }

    #[test]
    fn what_is_in_use_passes() {
        for (name, value) in [
            ("AWS_ENDPOINT", "http://127.0.0.1:9000"),
            ("AWS_ENDPOINT_URL", "https://s3.example.org/"),
            ("AWS_ENDPOINT", "http://[::1]:9000/path"),
            ("AWS_REGION", "eu-central-1"),
            ("AWS_TIMEOUT", "90 seconds"),
            ("AWS_SECRET_ACCESS_KEY", "a/b+c=="),
            ("AZURE_ENDPOINT", "of another store"),
        ] {
            assert_eq!(fault_of(name, value), None, "{name}={value}");
        }
    }
}
