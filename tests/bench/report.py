"""Figures → markdown tables."""
import datetime
import os
import pathlib
import platform


def machine() -> dict[str, object]:
    info = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":", 1)[1].strip() for line in info if line.startswith("model name")), platform.machine())
    memory_kb = int(pathlib.Path("/proc/meminfo").read_text().split()[1])
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "kernel": platform.release(),
        "cpu": model,
        "cpus": len(os.sched_getaffinity(0)),
        "memory_gb": round(memory_kb / (1 << 20), 1),
        "load_before": round(os.getloadavg()[0], 2),
    }


def header(about: dict[str, object], versions: dict[str, str]) -> str:
    lines = [f"{about['date']}, kernel {about['kernel']}, {about['cpus']} × {about['cpu']}, {about['memory_gb']} GB, "
             f"load before {about['load_before']}", ""]
    lines += [f"* {name}: {version}" for name, version in versions.items() if version]
    return "\n".join(lines)


def throughput(result: dict) -> str:
    reference = result["seconds"].get("ctest")
    lines = [f"\n### {result['files']} files that do nothing ({result['kind']}), {result['jobs']} at a time, "
             f"median of {result['rounds']} interleaved rounds\n",
             "| runner | does | seconds | least | of ctest | µs a file | peak RSS MB |", "|---|---|--:|--:|--:|--:|--:|"]
    for name, row in sorted(result["seconds"].items(), key=lambda item: item[1]["median"]):
        share = f"{row['median'] / reference['median']:.2f}" if reference else "–"
        lines.append(f"| {name} | {row['does']} | {row['median']:.3f} | {row['least']:.3f} | {share} "
                     f"| {row['median'] / result['files'] * 1e6:.0f} | {row['rss_mb']:.1f} |")
    lines.append("\nPeak RSS: as wait4 tells it, the largest of the runner and the processes it waited for; not their sum.")
    return "\n".join(lines)


def overhead(result: dict) -> str:
    lines = [f"\n### Overhead: {result['files']} tests of {result['test_ms']} ms, one at a time, median of {result['rounds']} rounds\n",
             "| runner | seconds | over the floor |", "|---|--:|--:|"]
    floor = result["seconds"]["posix_spawn loop"]["median"]
    for name, row in result["seconds"].items():
        lines.append(f"| {name} | {row['median']:.3f} | {(row['median'] / floor - 1) * 100:+.2f} % |")
    return "\n".join(lines)


def speedup(result: dict) -> str:
    lines = ["\n### Speed-up over workers\n", "| tests | workers | ideal s | " + " | ".join(result["runners"]) + " |",
             "|---|--:|--:|" + "--:|" * len(result["runners"])]
    for row in result["rows"]:
        cells = " | ".join(f"{row['seconds'][name]:.2f} ({row['ideal'] / row['seconds'][name] * 100:.0f} %)"
                           for name in result["runners"])
        lines.append(f"| {row['tests']} | {row['jobs']} | {row['ideal']:.2f} | {cells} |")
    return "\n".join(lines)
