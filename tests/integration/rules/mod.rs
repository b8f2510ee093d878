//! Supervision trees at random, run against the rules: thousands of trees and orders of failure, compared after each
//! step with a model of the rules that does each thing at once (`model.rs`).
//!
//! A tree and what happens to it are made from a seed (`make.rs`); both are run, in the simulator (`play.rs`) and in the
//! model. A failure names the seed and shows the tree and the steps. `CALLBOARD_TREES=17` runs that seed alone,
//! `CALLBOARD_TREES=0..10000` all of these, see CONTRIBUTING.md. What the rules leave open is not compared: where
//! the model finds two things that happen at the same moment, that tree's play is over.

mod make;
mod model;
mod play;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use callboard::{Address, ChildInfo, ChildState, TreeView};

use self::make::{GROUPED, Keeps, Kind, Maker};
use self::model::{Event, Kept, Life, Mistake, Model, Supervisor, Why};
use self::play::{Play, Spot, why};
use crate::check::seeds;

/// Steps of a whole play.
const STEPS: usize = 25;

/// Trees of a normal run.
const FEW: Range<u64> = 0..150;

#[test]
fn s1_to_s16_random_trees_follow_the_rules() {
    let compared = play_all(seeds("CALLBOARD_TREES").unwrap_or(FEW), |_| {});
    assert!(compared > 0, "something was compared");
}

#[test]
#[ignore = "takes minutes: 5,000 trees, or those of CALLBOARD_TREES=FROM..TO"]
#[expect(clippy::print_stderr, reason = "whoever waits wants to see how far it is")]
fn s1_to_s16_thousands_of_random_trees_follow_the_rules() {
    let seeds = seeds("CALLBOARD_TREES").unwrap_or(0..5_000);
    let end = seeds.end;
    let compared = play_all(seeds, |seed| {
        if seed % 100 == 0 {
            eprintln!("at tree {seed}; to go on from here: CALLBOARD_TREES={seed}..{end}");
        }
    });
    eprintln!("{compared} steps compared");
}

#[test]
fn s1_to_s16_a_wrong_rule_is_found() {
    for mistake in Mistake::ALL {
        let is_found = (0..1_000).any(|seed| played(seed, 1, Some(mistake)).is_err());
        assert!(is_found, "{mistake:?} makes no difference in a thousand trees");
    }
}

/// Plays each tree on one shard and on four. Answers how many steps were compared.
fn play_all(seeds: Range<u64>, tell: impl Fn(u64)) -> usize {
    let mut compared = 0;
    for seed in seeds {
        tell(seed);
        for shards in [1, 4] {
            match played(seed, shards, None) {
                Ok(steps) => compared += steps,
                Err(fault) => panic!("CALLBOARD_TREES={seed} fails on {shards} shards: {fault}"),
            }
        }
    }
    compared
}

/// Plays one tree, and says what was wrong, or how many steps were compared.
fn played(seed: u64, shards: usize, mistake: Option<Mistake>) -> Result<usize, String> {
    let mut maker = Maker::new(seed);
    let keeps = Arc::new(maker.keeps(2));
    let mut steps = String::new();
    let played = catch_unwind(AssertUnwindSafe(|| {
        let (play, model) = (Play::begin(&keeps, shards), Model::new(&keeps, mistake));
        play_steps(play, model, &mut maker, &mut steps)
    }));
    let fault = match played {
        Ok(Ok(compared)) => return Ok(compared),
        Ok(Err(fault)) => fault,
        Err(panic) => match panic.downcast_ref::<String>() {
            Some(text) => text.clone(),
            None => "something panicked".to_owned(),
        },
    };
    Err(format!("{fault}\nafter these steps:\n{steps}of this tree: {}", picture(&keeps, 0)))
}

/// A tree as text, a line a child.
fn picture(keeps: &Keeps, deep: usize) -> String {
    let Keeps { strategy, max, within, auto_shutdown, children } = keeps;
    let mut text = format!("{strategy}, {max} in {within} ns, ends: {auto_shutdown:?}\n");
    for child in children {
        let indent = "  ".repeat(deep + 1);
        let make::Child { number, restart, stops, backoff, significant, shard, kind } = child;
        let _ = write!(text, "{indent}{number} {restart:?} {stops:?} backoff {backoff:?} ");
        let _ = write!(text, "significant {significant} shard {shard} ");
        text += &match kind {
            Kind::Group(keeps, template) => format!("{template:?} {}", picture(keeps, deep + 1)),
            Kind::Supervisor(keeps) => picture(keeps, deep + 1),
            Kind::Worker(worker) => format!("{:?} {:?}\n", worker.manner, worker.fates),
        };
    }
    text
}

/// Something that happens from outside.
#[derive(Debug)]
enum Step {
    /// To the actor at the end of this path, done from this shard.
    Happens(usize, Vec<usize>, Event),
    Pass(u64),
}

fn play_steps(
    (mut play, started): (Play, play::Started),
    mut model: Model,
    maker: &mut Maker,
    steps: &mut String,
) -> Result<usize, String> {
    play.until(model.world.now);
    match (started.take(), &model.root) {
        (Some(Ok(tree)), Some(_)) => play.has_begun(&tree),
        (Some(Err(_)), None) => {}
        (started, root) => {
            return Err(format!("it starts: {started:?}, by the rules {}", root.is_some()));
        }
    }
    let mut places = BTreeMap::new();
    let mut compared = 0;
    while !model.world.is_unsure {
        compare(&mut play, &mut model, &mut places)?;
        compared += 1;
        let Some(root) = &model.root else {
            play.is_quiet()?;
            break;
        };
        if compared > STEPS {
            model.shut();
            return finish(play, model).map(|()| compared);
        }
        let step = next_step(maker, root, compared == STEPS);
        let _ = writeln!(steps, "{step:?}");
        let (answered, expected) = match &step {
            Step::Pass(nanos) => {
                model.pass(*nanos);
                (None, String::new())
            }
            Step::Happens(from, path, event) => {
                let spot = spot(&play, root, path, &places)?;
                let answered = play.happens(*from, &spot, event);
                (answered, model.happens(path, event))
            }
        };
        if model.world.is_unsure {
            break;
        }
        play.until(model.world.now);
        let answered = answered.map(|answered| answered.take());
        match answered {
            Some(answered) if answered.as_ref() != Some(&expected) => {
                return Err(format!("answered: {answered:?}, by the rules {expected:?}"));
            }
            _ => {}
        }
    }
    play.settle();
    play.end().map(|_| compared)
}

/// The end of the system, with all that lives.
fn finish(mut play: Play, mut model: Model) -> Result<(), String> {
    let mut noted = play.notes();
    let now = model.world.now;
    noted.extend(play.end()?.into_iter().map(|note| (now, note)));
    compare_notes(noted, std::mem::take(&mut model.world.notes))
}

/// Something that may happen next.
fn next_step(maker: &mut Maker, root: &Supervisor, is_last: bool) -> Step {
    let (mut running, mut waiting, mut supervisors) = (Vec::new(), Vec::new(), Vec::new());
    root.each(&[], &mut |path, child| match (&child.life, child.below()) {
        (Life::Runs { .. }, Some(_)) => supervisors.push(path.to_vec()),
        (Life::Runs { .. }, None) => running.push(path.to_vec()),
        (Life::Due(_), _) if child.worker().is_some() && child.place.is_some() => {
            waiting.push(path.to_vec());
        }
        _ => {}
    });
    let from = maker.dice.roll(4) as usize;
    let ends = [Why::Normal, Why::Shutdown, Why::Error];
    let happens = |path: &[usize], event| Step::Happens(from, path.to_vec(), event);
    if is_last && maker.chance(60) {
        let event = match maker.dice.roll(3) {
            0 => Event::Exit(maker.pick(&ends)),
            1 => Event::Kill,
            _ => Event::Stop,
        };
        return happens(&[], event);
    }
    let roll = maker.dice.roll(100);
    if roll < 15 {
        return Step::Pass(1 + maker.dice.roll(8));
    }
    if roll < 60 && !running.is_empty() {
        let path = &running[maker.dice.roll(running.len() as u64) as usize];
        let event = match maker.dice.roll(12) {
            0..5 => Event::Fail(messages(maker), messages(maker)),
            5..8 => Event::EndWith(maker.pick(&ends), messages(maker)),
            8 => Event::Kill,
            9 => Event::Exit(maker.pick(&ends)),
            10 => Event::Stop,
            _ => Event::Tell(messages(maker)),
        };
        return happens(path, event);
    }
    if roll < 70 && !waiting.is_empty() {
        let path = &waiting[maker.dice.roll(waiting.len() as u64) as usize];
        let event = if maker.chance(80) { Event::Tell(messages(maker)) } else { Event::Kill };
        return happens(path, event);
    }
    if roll < 76 && !supervisors.is_empty() {
        let path = &supervisors[maker.dice.roll(supervisors.len() as u64) as usize];
        let event = match maker.dice.roll(4) {
            0 | 1 => Event::Kill,
            2 => Event::Exit(maker.pick(&ends)),
            _ => Event::Stop,
        };
        return happens(path, event);
    }
    supervisors.push(Vec::new());
    let path = &supervisors[maker.dice.roll(supervisors.len() as u64) as usize];
    match administer(maker, root.at(path)) {
        Some(event) => happens(path, event),
        None => Step::Pass(1),
    }
}

fn messages(maker: &mut Maker) -> Vec<u32> {
    (0..maker.dice.roll(3)).map(|_| maker.dice.roll(1_000) as u32).collect()
}

/// Something that may be asked of this supervisor.
fn administer(maker: &mut Maker, supervisor: &Supervisor) -> Option<Event> {
    let children = &supervisor.children;
    let any = maker.dice.roll(children.len().max(1) as u64) as usize;
    if supervisor.is_group {
        return (any < children.len()).then_some(Event::Terminate(any));
    }
    // What is asked of a group that waits is answered later.
    let is_group = |child: &Kept| {
        matches!(child.spec.kind, Kind::Group(..)) && !matches!(child.life, Life::Due(_))
    };
    if let Some(group) = children.iter().position(is_group)
        && maker.chance(50)
    {
        let Kind::Group(_, template) = &children[group].spec.kind else { return None };
        let child = maker.grouped(template);
        return Some(Event::StartIn(group, child));
    }
    let event = match maker.dice.roll(8) {
        0..3 => Event::Terminate(any),
        3..5 => Event::Restart(any),
        5 => Event::Delete(any),
        6 => Event::Start(maker.worker()),
        _ => {
            let known = children.iter().find(|child| child.worker().is_some())?;
            Event::Start(known.spec.clone())
        }
    };
    let starts = matches!(event, Event::Restart(_) | Event::Start(_));
    let is_possible = matches!(event, Event::Start(_)) || any < children.len();
    (is_possible && !(starts && supervisor.has_a_line())).then_some(event)
}

/// Where the end of a path is.
fn spot(
    play: &Play,
    root: &Supervisor,
    path: &[usize],
    places: &BTreeMap<u32, Address>,
) -> Result<Spot, String> {
    let place = |child: &Kept| child.place.and_then(|(place, _)| places.get(&place).copied());
    let below = |supervisor: &Supervisor| {
        supervisor.children.iter().map(|child| (child.spec.number, place(child))).collect()
    };
    let [above @ .., at] = path else {
        let actor = play.root.ok_or("the root has ended")?.address();
        return Ok(Spot { actor, is_plain: false, group: None, below: below(root) });
    };
    let child = &root.at(above).children[*at];
    Ok(Spot {
        actor: place(child).ok_or("what lives has a place")?,
        is_plain: child.spec.is_plain(),
        group: matches!(child.spec.kind, Kind::Group(..)).then_some(child.spec.number),
        below: child.below().map(below).unwrap_or_default(),
    })
}

/// Says whether what was seen since the last comparison is what the rules say.
fn compare(
    play: &mut Play,
    model: &mut Model,
    places: &mut BTreeMap<u32, Address>,
) -> Result<(), String> {
    compare_notes(play.notes(), std::mem::take(&mut model.world.notes))?;
    let ended = play.ended();
    if ended != model.ended.take() {
        return Err(format!("the root has ended: {ended:?}; by the rules: {:?}", model.ended));
    }
    let by_address: BTreeMap<_, _> = places.iter().map(|(place, at)| (*at, *place)).collect();
    let heard = play.heard().into_iter().map(|(actor, life, reason, restarting)| {
        let place = by_address.get(&actor).copied().unwrap_or_default();
        format!("{place} life {life} {} restarting {restarting}", why(&reason))
    });
    same("heard", sorted(heard.collect()), sorted(std::mem::take(&mut model.world.downs)))?;
    same("lost", play.lost(), model.world.lost)?;
    let Some(root) = &model.root else { return Ok(()) };
    let view = play.look().ok_or("the root has ended")?;
    let mut actors = 1;
    same_tree(&view, root, places, &mut actors)?;
    same("actors", play.actors(), actors)?;
    let mut live = Vec::new();
    root.each(&[], &mut |_, child| {
        live.extend(child.place.and_then(|(place, _)| places.get(&place)));
    });
    play.watch(live);
    model.watch();
    Ok(())
}

fn compare_notes(seen: Vec<(u64, String)>, rules: Vec<(u64, String)>) -> Result<(), String> {
    let parts = |notes: &[(u64, String)]| {
        let mut each = BTreeMap::<_, Vec<_>>::new();
        let (mut ordered, mut loose) = (Vec::new(), Vec::new());
        for (now, note) in notes {
            let (number, is_ordered) = model::about(note);
            if note.ends_with(":killed") {
                loose.push(format!("{now}{note}"));
                continue;
            }
            each.entry(number).or_default().push(format!("{now}{note}"));
            if is_ordered {
                ordered.push(format!("{now}{note}"));
            }
        }
        (ordered, each, sorted(loose))
    };
    let ((seen, seen_each, seen_loose), (rules, rules_each, rules_loose)) =
        (parts(&seen), parts(&rules));
    same("noted", seen, rules)?;
    same("noted by each", seen_each, rules_each)?;
    same("noted by orphans", seen_loose, rules_loose)
}

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort();
    lines
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, seen: T, rules: T) -> Result<(), String> {
    if seen == rules { Ok(()) } else { Err(format!("{what}: {seen:?}\nby the rules: {rules:?}")) }
}

/// Says whether the supervisor has the children that it has by the rules, where they were.
fn same_tree(
    view: &TreeView,
    supervisor: &Supervisor,
    places: &mut BTreeMap<u32, Address>,
    actors: &mut usize,
) -> Result<(), String> {
    let seen = view.children.iter().map(|(info, _)| (id(info), info.state)).collect::<Vec<_>>();
    let rules = supervisor.children.iter().map(|child| {
        let state = match child.life {
            Life::Absent => ChildState::Absent,
            Life::Due(_) => ChildState::Restarting,
            Life::Runs { .. } => ChildState::Running,
        };
        let number = child.spec.number;
        ((number < GROUPED).then_some(number), state)
    });
    let rules: Vec<_> = rules.collect();
    let id_of = |grouped: Option<u32>| grouped.filter(|_| !supervisor.is_group);
    let seen = seen.into_iter().map(|(id, state)| (id_of(id), state)).collect();
    same(&format!("children of {}", view.name), seen, rules)?;
    for ((info, below), child) in view.children.iter().zip(&supervisor.children) {
        *actors += usize::from(child.place.is_some());
        match (info.actor, child.place) {
            (None, None) => {}
            (Some(actor), Some((place, _))) => {
                let known = *places.entry(place).or_insert(actor);
                same(&format!("the place of {}", child.spec.number), actor, known)?;
            }
            (seen, rules) => {
                return Err(format!("{info} has the place {seen:?}, by the rules {rules:?}"));
            }
        }
        if let (Some(below), Some(rules)) = (below, child.below()) {
            same_tree(below, rules, places, actors)?;
        }
    }
    Ok(())
}

fn id(info: &ChildInfo) -> Option<u32> {
    info.id.parse().ok()
}
