#include "run/attempt.h"

namespace hutch::run {

namespace {

using S = State;
using I = Input;
using E = Effect;

constexpr Transition table[] = {
    {S::fresh, I::spawned, S::admitting, {E::admit}},
    {S::fresh, I::start_failed, S::removing, {E::remove}},
    {S::fresh, I::stop, S::removing, {E::remove}},
    {S::fresh, I::stop_now, S::removing, {E::remove}},

    {S::admitting, I::admitted, S::running, {E::release}},
    {S::admitting, I::refused, S::killing, {E::kill}},
    // A held child that ends by itself was killed from outside or by a limit above: there may still be its parent init.
    {S::admitting, I::exited, S::looking, {E::look}},
    {S::admitting, I::stop, S::killing, {E::kill}},
    {S::admitting, I::stop_now, S::killing, {E::kill}},

    {S::running, I::exited, S::looking, {E::look}},
    {S::running, I::stop, S::stopping, {E::terminate}},
    {S::running, I::stop_now, S::killing, {E::kill}},

    {S::stopping, I::exited, S::looking, {E::look}},
    {S::stopping, I::grace_over, S::killing, {E::kill}},
    {S::stopping, I::stop_now, S::killing, {E::kill}},

    {S::looking, I::empty, S::removing, {E::vacate, E::collect, E::remove}},
    {S::looking, I::leftovers, S::emptying, {E::list_leaks, E::kill}},
    {S::looking, I::given_up, S::removing, {E::collect, E::remove}},

    // "empty" can overtake "exited" here; it is not waited for twice, because the end is followed by another look.
    {S::killing, I::exited, S::emptying, {E::look}},
    {S::killing, I::given_up, S::removing, {E::collect, E::remove}},

    {S::emptying, I::empty, S::removing, {E::vacate, E::collect, E::remove}},
    {S::emptying, I::given_up, S::removing, {E::collect, E::remove}},

    {S::removing, I::removed, S::done, {E::report}},
};

} // namespace

std::span<const Transition> attempt_table()
{
    return table;
}

Step step(State from, Input input, std::span<const Transition> rows)
{
    for (const Transition& row : rows) {
        if (row.from == from && row.input == input) {
            return {row.to, row.effects};
        }
    }
    return {from, {}};
}

std::string_view to_string(State state)
{
    switch (state) {
    case State::fresh:
        return "fresh";
    case State::admitting:
        return "admitting";
    case State::running:
        return "running";
    case State::stopping:
        return "stopping";
    case State::looking:
        return "looking";
    case State::killing:
        return "killing";
    case State::emptying:
        return "emptying";
    case State::removing:
        return "removing";
    case State::done:
        return "done";
    }
    return "?";
}

std::string_view to_string(Input input)
{
    switch (input) {
    case Input::spawned:
        return "spawned";
    case Input::start_failed:
        return "start_failed";
    case Input::admitted:
        return "admitted";
    case Input::refused:
        return "refused";
    case Input::exited:
        return "exited";
    case Input::empty:
        return "empty";
    case Input::leftovers:
        return "leftovers";
    case Input::stop:
        return "stop";
    case Input::stop_now:
        return "stop_now";
    case Input::grace_over:
        return "grace_over";
    case Input::given_up:
        return "given_up";
    case Input::removed:
        return "removed";
    }
    return "?";
}

std::string_view to_string(Effect effect)
{
    switch (effect) {
    case Effect::admit:
        return "admit";
    case Effect::release:
        return "release";
    case Effect::terminate:
        return "terminate";
    case Effect::look:
        return "look";
    case Effect::list_leaks:
        return "list_leaks";
    case Effect::kill:
        return "kill";
    case Effect::vacate:
        return "vacate";
    case Effect::collect:
        return "collect";
    case Effect::remove:
        return "remove";
    case Effect::report:
        return "report";
    }
    return "?";
}

} // namespace hutch::run
