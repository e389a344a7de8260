// What meson is asked to run, by `meson runpython -c SCRIPT BUILD`: with the very Python and modules that `meson test` uses, it has
// meson load its tests, lay the default test setup over them and work out commands and environments, and prints that as JSON. Nothing
// is run and nothing is built. Introspection tells less: neither should_fail, nor exe_wrapper, nor what is appended to a variable.
// Nothing here is meson's public interface: when it fails, introspection is what is left (suites.cpp).
#pragma once

namespace hutch::discover
{

// All is inside of main(): meson executes the text in one of its functions, where names at the top are no globals. `benchmark` is set
// late: it only keeps meson from choosing MALLOC_PERTURB_ at random.
inline constexpr char meson_script[] = R"python(def main():
    import argparse, contextlib, json, os, sys

    def entry_of(harness, test):
        said = {"name": harness.get_pretty_suite(test), "suite": test.suite, "workdir": test.workdir, "priority": test.priority,
                "protocol": str(test.protocol), "should_fail": bool(test.should_fail), "cmd": test.fname + test.cmd_args}
        try:
            try:
                runner = harness.get_test_runner(test)
            except TypeError:
                runner = harness.get_test_runner(test, 0)
        except mtest.TestException as error:
            return dict(said, not_available=str(error))
        env = runner.runobj.env
        changed = {name: value for name, value in env.items() if os.environ.get(name) != value}
        changed.update({name: None for name in os.environ if name not in env})
        if runner.cmd is None:
            said["skip"] = "cross-compiled, and there is no exe_wrapper"
        else:
            said["cmd"] = runner.cmd + test.cmd_args
        return dict(said, env=changed, timeout=runner.timeout, is_parallel=runner.is_parallel)

    with contextlib.redirect_stdout(sys.stderr):
        from mesonbuild import mtest
        build = os.path.abspath(sys.argv[1])
        parser = argparse.ArgumentParser()
        mtest.add_arguments(parser)
        harness = mtest.TestHarness(parser.parse_args(["--no-rebuild", "-C", build, "--num-processes", "2"]))
        harness.options.benchmark = True
        os.chdir(build)
        tests = harness.get_tests() if harness.tests else []
        found = [entry_of(harness, test) for test in tests]
    print(json.dumps({"tests": found}))
main()
)python";

} // namespace hutch::discover
