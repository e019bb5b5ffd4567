/** Tables of `runs/values`: which run has which value, and the groups that equal values make. */

import { tableFromIPC } from '@uwdata/flechette'

export interface RunKeys {
  runs: string[]
  /** A column per key asked for. */
  columns: unknown[][]
  /** Runs of the set, which may be more than are here. */
  total: number
}

export function decodeRunKeys(bytes: Uint8Array, keys: readonly string[]): RunKeys {
  const table = tableFromIPC(bytes, { useBigInt: false })
  const { total } = JSON.parse(table.schema.metadata?.get('assay') ?? '{}') as { total?: number }
  const runs = (table.getChild('run')?.toArray() ?? []) as ArrayLike<string>
  // The keys' columns come last: one may be called as one of the others.
  const first = table.numCols - keys.length
  const columns = keys.map((_, i) => Array.from(table.getChildAt(first + i)?.toArray() ?? []) as unknown[])
  return { runs: Array.from(runs), columns, total: total ?? runs.length }
}

/** Runs with equal values in all columns, in order of the first of each. */
export function groupsOfRuns({ runs, columns }: RunKeys): { label: string; runs: string[] }[] {
  const groups = new Map<string, { label: string; runs: string[] }>()
  runs.forEach((run, row) => {
    const values = columns.map(column => column[row])
    const name = JSON.stringify(values)
    const group = groups.get(name) ?? { label: values.map(labelOf).join(', '), runs: [] }
    groups.set(name, group)
    group.runs.push(run)
  })
  return [...groups.values()]
}

function labelOf(value: unknown): string {
  if (value === null || value === undefined || value === '' || Number.isNaN(value)) return 'none'
  if (typeof value === 'number') return String(Number(value.toPrecision(6)))
  return typeof value === 'string' ? value : JSON.stringify(value)
}
