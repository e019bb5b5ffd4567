/**
 * Tells what a benchmark of the web application found: a line for each figure, and the same as JSON where ASSAY_BENCH_OUT says. A figure
 * has a budget in CPU ms, or a bare floor of which it may be so many times; exit 1 when one is broken.
 */
import { writeFileSync } from 'node:fs'

export const median = values => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]

/** `figures`: [{ name, values, budget?, floor?: { name, values, times } }], values in CPU ms of renderer and GPU process. */
export function report(title, figures) {
  console.log(`${title}; CPU ms of renderer and GPU process, medians`)
  const width = Math.max(...figures.map(({ name }) => name.length))
  for (const { name, values, budget, floor } of figures) {
    const ms = median(values)
    const times = floor ? ms / median(floor.values) : 0
    const isBroken = (budget !== undefined && ms > budget) || (floor !== undefined && times > floor.times)
    const said = floor
      ? `${times.toFixed(2)} times ${floor.name} (budget ${floor.times})`
      : budget === undefined
        ? ''
        : `budget ${budget}`
    const all = values.map(value => value.toFixed(1)).join(' ')
    console.log(`  ${name.padEnd(width)} ${ms.toFixed(1).padStart(8)}   ${said}${isBroken ? ' BROKEN' : ''}   (${all})`)
    if (isBroken) process.exitCode = 1
  }
  if (process.env.ASSAY_BENCH_OUT) writeFileSync(process.env.ASSAY_BENCH_OUT, JSON.stringify({ title, figures }))
}
