//! Whether a text looks like a one-time code (C-AUTH-MISUSE): digits of a code's length beside words that mean
//! nothing else.
//!
//! A wrong accusation costs more than one that is missed, so both must stand close together, and the digits must
//! not be a price, a date, a year, an order or a telephone number. Words that may mean a booking ("confirmation
//! code") count for nothing, and codes that a courier or a shop asks for are no authentication. The text itself is
//! kept nowhere.

/// Codes come in short messages.
const TEXT_MOST_BYTES: usize = 600;
/// How far the words may stand from the digits.
const DISTANCE_MOST_BYTES: usize = 80;
const DIGITS: std::ops::RangeInclusive<usize> = 4..=8;

/// What a one-time code is called, in lower case.
const WORDS: &[&str] = &[
    // English
    "verification code",
    "authentication code",
    "security code",
    "login code",
    "log-in code",
    "sign-in code",
    "one-time password",
    "one time password",
    "one-time passcode",
    "one time passcode",
    "one-time code",
    "one time code",
    "one-time pin",
    "otp",
    "passcode",
    // Spanish, Portuguese
    "código de verificación",
    "codigo de verificacion",
    "código de seguridad",
    "codigo de seguridad",
    "código de un solo uso",
    "contraseña de un solo uso",
    "código de verificação",
    "codigo de verificacao",
    "código de segurança",
    "senha de uso único",
    "código de uso único",
    // French, Italian, German, Dutch
    "code de vérification",
    "code de sécurité",
    "code à usage unique",
    "mot de passe à usage unique",
    "codice di verifica",
    "codice di sicurezza",
    "verifizierungscode",
    "sicherheitscode",
    "einmalcode",
    "einmalpasswort",
    "einmalkennwort",
    "verificatiecode",
    // Turkish, Russian
    "doğrulama kodu",
    "tek kullanımlık şifre",
    "проверочный код",
    "код подтверждения",
    "одноразовый код",
    "одноразовый пароль",
    // Indonesian, Vietnamese
    "kode verifikasi",
    "kode keamanan",
    "mã xác minh",
    "mã xác thực",
    // Hindi, Arabic, Hebrew
    "सत्यापन कोड",
    "ओटीपी",
    "رمز التحقق",
    "קוד אימות",
    // Chinese, Japanese, Korean
    "验证码",
    "驗證碼",
    "認証コード",
    "인증번호",
    "인증 코드",
];

/// With one of these words a code may be what a courier, a shop or an event asks for.
const OTHER_USES: &[&str] = &[
    "order",
    "delivery",
    "deliver",
    "courier",
    "parcel",
    "pickup",
    "pick-up",
    "pick up",
    "booking",
    "reservation",
    "coupon",
    "voucher",
    "discount",
    "promo",
    "gift",
    "ticket",
    "invoice",
    "tracking",
    "pedido",
    "entrega",
    "repartidor",
    "cupón",
    "cupom",
    "descuento",
    "desconto",
    "reserva",
    "factura",
    "commande",
    "livraison",
    "réservation",
    "ordine",
    "consegna",
    "bestell",
    "liefer",
    "buchung",
    "gutschein",
    "rechnung",
    "sipariş",
    "teslimat",
    "заказ",
    "достав",
    "pesanan",
    "kurir",
    "đơn hàng",
    "ऑर्डर",
    "डिलीवरी",
    "طلب",
    "توصيل",
];

/// Whether the text looks like one that carries a one-time code.
pub fn looks_like_one_time_code(text: &[u8]) -> bool {
    // Nearly every text has no such digits, which bytes can tell.
    if text.len() > TEXT_MOST_BYTES || !has_digits(text) {
        return false;
    }
    let text = String::from_utf8_lossy(text).to_lowercase();
    let codes = codes(&text);
    if codes.is_empty() || OTHER_USES.iter().any(|word| text.contains(word)) {
        return false;
    }
    WORDS.iter().any(|word| {
        text.match_indices(word).any(|(start, _)| {
            let end = start + word.len();
            let is_near = |&(from, to): &(usize, usize)| {
                let gap = if from >= end {
                    from - end
                } else {
                    start.saturating_sub(to)
                };
                gap <= DISTANCE_MOST_BYTES
            };
            is_whole(&text, start, end) && codes.iter().any(is_near)
        })
    })
}

/// Three digits in a row, as "123-456" has them.
fn has_digits(text: &[u8]) -> bool {
    text.windows(3)
        .any(|three| three.iter().all(u8::is_ascii_digit))
}

/// A word of Latin letters must not be a part of another.
fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let is_letter =
        |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_alphanumeric());
    let is_latin = text[start..end].starts_with(|letter: char| letter.is_ascii_alphabetic());
    !is_latin
        || !is_letter(text[..start].chars().next_back()) && !is_letter(text[end..].chars().next())
}

/// Where digits stand that can be a code: 4 to 8 in a row, or 3 and 3.
fn codes(text: &str) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let mut end = end_of_digits(bytes, at);
        let first = end - at;
        if first == 3 && matches!(bytes.get(end), Some(b'-' | b' ')) {
            let second = end_of_digits(bytes, end + 1);
            if second - (end + 1) == 3 {
                end = second;
            }
        }
        let length = bytes[at..end]
            .iter()
            .filter(|byte| byte.is_ascii_digit())
            .count();
        let is_year =
            length == 4 && (text[at..end].starts_with("19") || text[at..end].starts_with("20"));
        if DIGITS.contains(&length) && !is_year && stands_alone(text, at, end) {
            found.push((at, end));
        }
        at = end;
    }
    found
}

fn end_of_digits(bytes: &[u8], from: usize) -> usize {
    let digits = bytes[from.min(bytes.len())..].iter();
    from + digits.take_while(|byte| byte.is_ascii_digit()).count()
}

/// Whether digits are no part of a word, a price, a date, a time, a telephone or an order number.
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let before = text[..start].trim_end_matches(' ');
    let (last, touching) = (
        before.chars().next_back(),
        text[..start].chars().next_back(),
    );
    let mut after = text[end..].chars();
    let (next, second) = (after.next(), after.next());
    let mut behind = text[end..].trim_start_matches(' ').chars();
    let behind = behind.next();
    let is_digit = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_digit());
    let is_joint = |letter: Option<char>| matches!(letter, Some('-' | '/' | '.' | ',' | ':' | '_'));
    let is_money = |letter: Option<char>| {
        matches!(
            letter,
            Some('$' | '€' | '£' | '¥' | '₹' | '₺' | '₽' | '₦' | '₪' | '%')
        )
    };
    let is_part = touching.is_some_and(char::is_alphanumeric)
        || next.is_some_and(|letter| letter.is_ascii_alphanumeric())
        || matches!(touching, Some('-' | '/' | '.' | ',' | '_'))
        || is_joint(next) && is_digit(second)
        || touching == Some(':') && is_digit(before[..before.len() - 1].chars().next_back());
    let is_number_of_something = matches!(last, Some('#' | '№' | '+'));
    !is_part && !is_number_of_something && !is_money(last) && !is_money(behind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_time_codes_in_several_languages() {
        for text in [
            "123456 is your verification code. For your security, do not share this code.",
            "Your OTP is 4821. It expires in 10 minutes.",
            "<#> Your login code: 88213344",
            "Use 123-456 as your one-time password",
            "Tu código de verificación es 493021",
            "Seu código de verificação é 5521.",
            "Ihr Sicherheitscode lautet 774411",
            "Votre code de vérification est le 902 118.",
            "Код подтверждения: 55019",
            "您的验证码是 839201，请勿泄露",
            "인증번호 [482910] 를 입력해 주세요",
            "رمز التحقق الخاص بك هو 7291",
            "Kode verifikasi Anda 664211",
        ] {
            assert!(looks_like_one_time_code(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn what_only_looks_a_little_like_one_is_none() {
        for text in [
            // No word for it.
            "Your order 483920 has been shipped",
            "Your appointment is on 12.10.2026 at 15:30",
            "Your balance is 4821 USD",
            "Call us at +49 30 901820",
            // A word, but digits of another kind.
            "Never share your verification code. Offer ends 31/12/2026.",
            "Your verification code was requested in 2026",
            "Never share your OTP. Your balance: $ 4821",
            "Never tell anybody your passcode! Save 2500 € today",
            "Never share your security code. Ref #482911",
            "Never share your security code. Call +4930901820",
            "Your verification code is in the app; it costs 1,500.00",
            "Your verification code is in the app, which was used at 12:4500",
            "Your verification code is A1B2C3 or ABC123456",
            "Your verification code has 123 or 123456789 digits",
            // Codes for something else.
            "Share OTP 4821 with the courier to receive your parcel",
            "Use promo passcode 4821 for 20% off",
            "Your booking: confirmation code 482911",
            "Delivery OTP: 123456",
            // Parts of other words.
            "The hotpot at 4821 Main Street is open",
            // Too far apart.
            "Your verification code can be found in the app. Please read our terms with care before you use it, \
             and remember that our offices in building 4821 are open.",
            "",
            "123",
        ] {
            assert!(!looks_like_one_time_code(text.as_bytes()), "{text}");
        }
        let long = format!("Your OTP is 4821. {}", "Read the terms. ".repeat(60));
        assert!(!looks_like_one_time_code(long.as_bytes()));
    }

    #[test]
    fn odd_bytes_are_no_code_and_no_panic() {
        for text in [
            &b"\xff\xfe 4821 otp \xf0"[..],
            b"otp\xc3",
            b"4821",
            b"-123-",
            b":1234",
            b"123-",
        ] {
            let _ = looks_like_one_time_code(text);
        }
        assert!(looks_like_one_time_code(b"otp \xff 4821"));
    }
}
