//! Scenarios of volume, mix, behaviour and coming months as rewritings of each pair's messages.
