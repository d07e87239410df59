//! The files beside the log: accounts, templates, and what is in it all.

use super::SEED;
use super::cast::{CHAITRA, CHAITRA_CODES, LARKSPUR, MORGENROT};
use super::catalogue;
use super::damage::{REJECTED_MESSAGE_ROWS, REJECTED_STATUS_ROWS};
use super::message::Message;

pub fn accounts_toml() -> String {
    let (roaster, bikes, wallet, codes) = (&MORGENROT, &LARKSPUR, &CHAITRA, &CHAITRA_CODES);
    format!(
        r#"# The accounts behind the sample log. Everything in it is invented.

[[portfolio]]
id = "outdoor-and-coffee"
primary_location = "DE"

[[portfolio]]
id = "chaitra"
primary_location = "IN"

[[account]]
id = "{}" # Morgenrot, coffee roaster
portfolio = "outdoor-and-coffee"
timezone = "Europe/Berlin"
currency = "USD"
numbers = ["{}"]

[[account]]
id = "{}" # Larkspur, bike hire: moved from Denver to San Diego
portfolio = "outdoor-and-coffee"
timezone = "America/Denver"
currency = "USD"
numbers = ["{}"]

[[account.change]]
from = "2024-07-01"
timezone = "America/Los_Angeles"

[[account]]
id = "{}" # Chaitra, wallet: receipts and support, one-time codes
portfolio = "chaitra"
timezone = "Asia/Kolkata"
currency = "USD"
numbers = ["{}", "{}"]

# Free service messages that Morgenrot's shop system sent in October 2026; they are not in this log.
[[used_allowance]]
number = "{}"
month = "2026-10"
count = {USED_ALLOWANCE}
"#,
        roaster.account,
        roaster.number,
        bikes.account,
        bikes.number,
        wallet.account,
        wallet.number,
        codes.number,
        roaster.number,
    )
}

/// Leaves 90 of the 1,000 free service messages, which the sample's desk uses up in some days.
const USED_ALLOWANCE: u32 = 910;

pub fn templates_csv() -> String {
    let mut lines = vec!["template,language,category,status,valid_from".to_owned()];
    for template in catalogue::ALL {
        let (name, language) = template.name.split_once('/').expect("name/language");
        lines.push(format!(
            "{name},{language},{},approved,2022-01-01T00:00:00Z",
            template.category
        ));
    }
    // Meta moved this one to marketing; Morgenrot's export went on saying utility.
    lines.push("points_reminder,de,marketing,approved,2025-06-29T00:00:00Z".to_owned());
    // Paused for bad feedback, sent all the same.
    lines.push("flash_sale,en,marketing,paused,2026-09-29T00:00:00Z".to_owned());
    lines.push("flash_sale,en,marketing,approved,2026-10-02T00:00:00Z".to_owned());
    lines.push(String::new());
    lines.join("\n")
}

/// What is in the sample; the counts are taken from it.
pub fn readme(messages: &[Message], message_rows: usize, status_rows: usize) -> String {
    let count =
        |what: &dyn Fn(&Message) -> bool| messages.iter().filter(|message| what(message)).count();
    let templates = |category: &str| {
        count(&|message| message.is_on_whatsapp() && message.category() == category)
    };
    let kind = |kind: &str| count(&|message| message.kind == kind);
    let slice = |first: i64, end: i64| count(&|message| (first..end).contains(&message.at));
    format!(
        r"# The sample log

Three invented businesses, told so that every regime of WhatsApp's pricing and every switch between two
of them occurs. Nobody in it exists and no number can be dialled. All of it is generated (seed {SEED});
`tests/sample.rs` fails when these files and their generator part ways. To write them anew:

    cargo test --test sample -- --ignored regenerate

| file | content |
|---|---|
| `log/messages.csv` | {message_rows} rows, one per message: Morgenrot (coffee roaster, Berlin) and Larkspur (bike hire, Denver, from July 2024 San Diego) |
| `log/statuses.csv` | {status_rows} rows, one per status event: Chaitra (wallet, Kolkata; one number for codes, one for all else) and what the others kept of Meta's webhooks. Byte order mark, CRLF, other columns in another order, epoch seconds, quoted texts with line breaks |
| `accounts.toml` | three accounts in two portfolios, all billed in USD |
| `invoice.csv` | an invoice for October 2026 with errors put in, below |
| `templates.csv` | the templates, one of them recategorised, one paused for some days |

The two tables are one log: some messages of the first have status rows in the second.

| slice | messages | what changes |
|---|---|---|
| 9 to 15 May 2022 | {} | nothing: one kind of conversation, 1,000 a month free |
| 28 May to 4 June 2023 | {} | 1 June: conversations by category |
| 28 October to 3 November 2024 | {} | 1 November: service conversations are free |
| 27 June to 4 July 2025 | {} | 1 July: prices per message; utility conversations of 30 June run on |
| 25 September to 8 October 2026 | {} | 1 October: service messages are charged beyond 1,000 per number, which Morgenrot crosses |

Some stories end a few days after their slice.

{} messages, {} of them from customers. Templates: {} marketing, {} marketing lite, {} utility,
{} authentication. {} messages came through an ad, {} through a Page button, {} through a post; they were
answered in time, too late or never. There are {} reactions, {} calls, {} system messages, {} rows of a
group, {} messages typed in the WhatsApp Business app, {} by Meta's agent, {} by SMS or e-mail, {} that
failed and {} that were read without ever being delivered.

In the evening before each switch messages were sent that arrived after midnight, one at midnight and one
a second before it. Some answers to clicks carry Meta's mark of a free entry point, for half of them the
click is not in the log. Five utility conversations each of Morgenrot and Chaitra cross 1 July 2025. Two
customers have business-scoped ids.

What must be noticed: {} rows cannot be used (an unknown status, category and direction, two bad times, an
empty customer and an empty message id, a row cut short and one with a cell too many, a template without
category, an outbound row without type, and two rows that give a known message to another customer). Others
are repeated to the byte or delivered again by the webhook and change nothing.

With the shipped list prices in USD every charge has a rate.

# The sample invoice

What Meta could have billed for October 2026: a line for each account, market, category and pricing type, at list
prices, each rounded to the cent, and 8 % tax. Six errors were put in:

| line | what was done | amount |
|---|---|---|
| 8 | six service messages inside German free entry points billed at 0.055 | 2.81 becomes 3.14 |
| 9 | German utility at 0.0605 instead of 0.055 | 0.94 becomes 1.03 |
| 16, 29 | four marketing messages to the rest of Western Europe (0.0592) billed as Netherlands (0.1597) | 0.16 becomes 0.80, 0.41 becomes 0.18 |
| 54 | eleven marketing messages to Brazil instead of eight | 0.50 becomes 0.69 |
| 72 | seven utility messages to Mexico instead of nine | 0.08 becomes 0.06 |
| 107 | line 39 again | 0.14 |

The accounts state no tax rate, so the tax is not tested.
",
        slice(1_640_995_200, 1_672_531_200),
        slice(1_672_531_200, 1_704_067_200),
        slice(1_704_067_200, 1_735_689_600),
        slice(1_735_689_600, 1_767_225_600),
        slice(1_767_225_600, 1_798_761_600),
        messages.len(),
        count(&|message| message.inbound),
        templates("marketing"),
        templates("marketing_lite"),
        templates("utility"),
        templates("authentication"),
        count(&|message| message.entry_point == "ad"),
        count(&|message| message.entry_point == "page_cta"),
        count(&|message| message.entry_point == "post"),
        kind("reaction"),
        kind("call"),
        kind("system"),
        count(&|message| !message.group.is_empty()),
        count(&|message| message.origin == "business_app"),
        count(&|message| message.origin == "business_agent"),
        count(&|message| !message.is_on_whatsapp()),
        count(&|message| message.failed.is_some()),
        count(&|message| message.delivered.is_none() && message.read.is_some()),
        REJECTED_MESSAGE_ROWS + REJECTED_STATUS_ROWS,
    )
}
