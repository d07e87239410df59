//! What a customer and a business write to each other on one day, and what follows of it in the days after.

mod scene;
mod stories;

pub use scene::{Cast, Scene};

use super::customers::Customers;
use super::draw::Draw;
use super::message::Message;
use super::model::Model;
use crate::vocabulary::LocalDate;

/// What a draw is for; streams of different purposes never meet.
const DAILY: u64 = 1;
const CAMPAIGN: u64 = 2;

/// A local day of one business, as its customers live it.
pub struct Day<'m> {
    model: &'m Model,
    /// The business's place in the model.
    place: u16,
    day: LocalDate,
    midnight: i64,
    /// Where the log ends for this business.
    end: i64,
    /// Stories that a customer of middling activity begins on this day, by kind.
    expected: [f64; 4],
    /// The share of each hour and of those before it.
    hours: [f64; 24],
    campaigns: Vec<usize>,
}

impl<'m> Day<'m> {
    /// The day of a business that stands in this place.
    pub fn new(model: &'m Model, place: u16, day: LocalDate) -> Self {
        let business = &model.businesses[usize::from(place)];
        // 1970-01-01 was a Thursday; Monday is 0.
        let weekday = (day.days() + 3).rem_euclid(7) as usize;
        let weights = &model.rhythm.weekdays.0;
        let weight = weights[weekday] * 7.0 / weights.iter().sum::<f64>();
        let daily = |monthly: f64| monthly / 30.0 * weight;
        let sum: f64 = model.rhythm.hours.0.iter().sum();
        let mut before = 0.0;
        let hours = model.rhythm.hours.0.map(|weight| {
            before += weight / sum;
            before
        });
        let is_today = |&&campaign: &&usize| {
            let campaign = &model.campaigns[campaign];
            campaign.weekdays[weekday] || campaign.dates.contains(&day)
        };
        Self {
            model,
            place,
            day,
            midnight: business.midnight(day),
            end: business.midnight(model.to.next()),
            expected: [
                daily(business.orders),
                daily(business.codes),
                daily(business.chats),
                daily(business.clicks),
            ],
            hours,
            campaigns: business
                .campaigns
                .iter()
                .filter(is_today)
                .copied()
                .collect(),
        }
    }

    /// Lets every customer live the day.
    pub fn live(&self, customers: &Customers, messages: &mut Vec<Message>) {
        let expected: f64 = self.expected.iter().sum();
        let day = (self.day.days() - self.model.from.days() + 4) as u64;
        for place in 0..customers.len() {
            let number = customers.first() + place as u64;
            let key = [DAILY, u64::from(self.place), day, number];
            let mut draw = Draw::keyed(self.model.seed, &key);
            let stories = draw.poisson(expected * customers.activity(place));
            let campaigns = self.campaigns.iter().filter(|&&campaign| {
                let key = [
                    CAMPAIGN,
                    u64::from(self.place),
                    day,
                    number,
                    campaign as u64,
                ];
                let share = self.model.campaigns[campaign].share;
                Draw::keyed(self.model.seed, &key).chance(share)
            });
            let mut campaigns = campaigns.copied().peekable();
            if stories == 0 && campaigns.peek().is_none() {
                continue;
            }
            let cast = Cast {
                business: self.place,
                customer: customers.number(place),
                is_american: customers.is_american(place),
                place: place as u32,
                key: super::ids::key(self.place, number, day),
            };
            let mut scene = Scene::new(self.model, cast, draw, self.end, messages);
            for _ in 0..stories {
                let at = self.moment(scene.draw());
                self.story(&mut scene, at);
            }
            for campaign in campaigns {
                let campaign = &self.model.campaigns[campaign];
                let within = campaign.takes_s * scene.draw().unit();
                let at = self.midnight + (campaign.starts_s + within) as i64;
                scene.campaign(at, campaign);
            }
        }
    }

    /// A moment of the day, by its rhythm.
    fn moment(&self, draw: &mut Draw) -> i64 {
        let sought = draw.unit();
        let hour = self.hours.iter().position(|&share| sought < share);
        let second = draw.below(3600) as i64;
        self.midnight + hour.unwrap_or(23) as i64 * 3600 + second
    }

    /// One story of the four kinds, as often as the business has them.
    fn story(&self, scene: &mut Scene<'_>, at: i64) {
        let mut sought = scene.draw().unit() * self.expected.iter().sum::<f64>();
        for (kind, expected) in self.expected.iter().enumerate() {
            sought -= expected;
            if sought < 0.0 {
                return match kind {
                    0 => scene.order(at),
                    1 => scene.code(at),
                    2 => scene.chat(at, None),
                    _ => scene.click(at),
                };
            }
        }
    }
}
