"""What was measured as Markdown and as a picture."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.measure import Command

WIDTH, HEIGHT, LEFT, BOTTOM = 640, 360, 60, 40


def table(title: str, commands: Sequence[Command], reference: str) -> str:
    """Medians, and their ratios to those of the command called ``reference``."""
    base = next((command for command in commands if command.name == reference), None)
    lines = [
        f"## {title}\n",
        "| command | wall s | ratio | CPU s | ratio | peak MB | version |",
        "|---|---:|---:|---:|---:|---:|---|",
    ]
    for command in commands:
        wall, cpu = command.median_wall, command.median_cpu
        lines.append(
            f"| {command.name} | {wall:.3f} | {_ratio(wall, base and base.median_wall)}"
            f" | {cpu:.3f} | {_ratio(cpu, base and base.median_cpu)}"
            f" | {command.peak} | {command.shown_version} |"
        )
    return "\n".join(lines) + "\n"


def _ratio(value: float, base: float | None) -> str:
    return f"{value / base:.2f}" if base else ""


def growth_table(commands: Sequence[Command], sizes: Sequence[int]) -> str:
    lines = ["## Growth\n", "| files | wall s | CPU s | CPU ms per file |", "|---:|---:|---:|---:|"]
    lines += [
        f"| {size:,} | {command.median_wall:.2f} | {command.median_cpu:.2f}"
        f" | {1000 * command.median_cpu / size:.2f} |"
        for command, size in zip(commands, sizes, strict=True)
    ]
    return "\n".join(lines) + "\n"


def growth_plot(commands: Sequence[Command], sizes: Sequence[int]) -> str:
    """CPU seconds over files; a straight line is what is hoped for."""
    top = max(command.median_cpu for command in commands) * 1.1
    points = [
        (
            LEFT + size / max(sizes) * (WIDTH - LEFT - 20),
            HEIGHT - BOTTOM - command.median_cpu / top * (HEIGHT - BOTTOM - 20),
        )
        for command, size in zip(commands, sizes, strict=True)
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = "\n".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="#2457a6"/>'
        f'<text x="{x:.1f}" y="{HEIGHT - 22}" text-anchor="middle">{size:,}</text>'
        f'<text x="{x:.1f}" y="{y - 10:.1f}" text-anchor="middle">{command.median_cpu:.1f} s</text>'
        for (x, y), size, command in zip(points, sizes, commands, strict=True)
    )
    axes = f"M{LEFT},20 V{HEIGHT - BOTTOM} H{WIDTH - 10}"
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"
 font-family="sans-serif" font-size="12">
<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>
<path d="{axes}" stroke="#444" fill="none"/>
<polyline points="{line}" stroke="#2457a6" stroke-width="2" fill="none"/>
{dots}
<text x="{WIDTH / 2}" y="{HEIGHT - 6}" text-anchor="middle">Python files</text>
<text x="14" y="{HEIGHT / 2}" transform="rotate(-90 14 {HEIGHT / 2})"
 text-anchor="middle">CPU seconds</text>
</svg>
"""
