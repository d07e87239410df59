//! The templates of the three businesses.

pub struct Template {
    /// Name and language, as the log writes them.
    pub name: &'static str,
    pub category: &'static str,
    pub text: &'static str,
}

macro_rules! templates {
    ($($constant:ident = $name:literal, $category:literal, $text:literal;)+) => {
        $(pub static $constant: Template = Template { name: $name, category: $category, text: $text };)+
        pub static ALL: &[&Template] = &[$(&$constant),+];
    };
}

templates! {
    ROAST_OF_THE_MONTH = "roast_of_the_month/de", "marketing", "Röstung des Monats: Yirgacheffe, 12 € statt 14 €";
    ORDER_CONFIRMED = "order_confirmed/de", "utility", "Danke! Bestellung {{1}} ist da.";
    ORDER_SHIPPED = "order_shipped/de", "utility", "Unterwegs: {{1}}";
    ORDER_DELIVERED = "order_delivered/de", "utility", "Zugestellt: {{1}}";
    POINTS_REMINDER = "points_reminder/de", "utility", "Sie haben {{1}} Bohnenpunkte.";
    CASE_REOPENED = "case_reopened/de", "utility", "Wir haben eine Antwort zu {{1}}.";
    ROAST_LITE = "roast_lite/de", "marketing_lite", "Frisch geröstet.";
    CLUB_INVITATION = "club_invitation/de", "marketing", "Verkostung am Samstag.";
    WEEKEND_RIDE = "weekend_ride/en", "marketing", "Two for one this weekend.";
    FLASH_SALE = "flash_sale/en", "marketing", "Today only.";
    BOOKING_CONFIRMED = "booking_confirmed/en", "utility", "Your bike is booked for {{1}}.";
    BOOKING_REMINDER = "booking_reminder/en", "utility", "See you tomorrow at {{1}}.";
    FOLLOW_UP = "follow_up/en", "marketing", "Still thinking of {{1}}?";
    FESTIVAL_CASHBACK = "festival_cashback/en", "marketing", "Dear {{1}},\nget 5% back, on \"everything\", until Sunday.";
    PAYMENT_RECEIVED = "payment_received/en", "utility", "Received: {{1}}, from {{2}}.";
    PAYMENT_SENT = "payment_sent/en", "utility", "Sent: {{1}}";
    WALLET_TIPS = "wallet_tips/en", "utility", "Did you know? You can pay bills, too.";
    LOGIN_CODE = "login_code/en", "authentication", "{{1}} is your code";
}
