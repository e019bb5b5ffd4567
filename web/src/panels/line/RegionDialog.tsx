/** A marked stretch of x: its name, what was noted, the statistics of each line within it, and what people say about it. */

import { useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { formatCount, formatExact, formatValue } from '../../charts/number'
import { runStyle } from '../../charts/palette'
import { formatX } from '../../charts/ticks'
import type { Axis } from '../../data/metricStore'
import { requestAxis } from '../../data/seriesLoader'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { failureOf } from '../../ui/failure'
import { toast } from '../../ui/toasts'
import { Thread } from '../comments/Thread'
import { axisKind, axisTitle, type DrawnRun, usePanelServices } from '../context'
import type { PanelIntents } from '../registry'
import type { Region } from '../schema'
import { channelOf, type DrawnKey, type LinePanel } from './schema'
import { commentCountsOf } from './threads'

/** A region that may not be kept yet: then its id is empty. */
export type RegionDraft = Region

const RUNS_MAX = 200
const PER_REQUEST = 50

interface Statistic {
  run: string
  key: string
  count: number
  min: number
  mean: number
  max: number
  first: number
  last: number
}

export function RegionDialog({
  draft,
  panel,
  runs,
  keys,
  onChange,
  onClose,
  onReopen,
}: {
  draft: RegionDraft
  panel: LinePanel
  runs: readonly DrawnRun[]
  keys: readonly DrawnKey[]
  onChange: PanelIntents['onChange']
  onClose: () => void
  /** Opens it again with what was typed. */
  onReopen: (draft: RegionDraft) => void
}) {
  const services = usePanelServices()
  const [name, setName] = useState(draft.name ?? '')
  const [note, setNote] = useState(draft.note ?? '')
  const noteId = useId()
  const isNew = draft.id === ''
  const axis = draft.axis as Axis
  const some = runs.slice(0, RUNS_MAX)
  const { data, error, isPending } = useQuery({
    queryKey: [
      'region',
      services.api.path,
      draft.axis,
      draft.from_x,
      draft.to_x,
      some.map(run => run.id),
      keys.map(key => key.key),
    ],
    queryFn: async ({ signal }) => {
      // One bucket over the stretch: exact, whatever the picture's buckets are.
      const found: Statistic[] = []
      for (let from = 0; from < some.length; from += PER_REQUEST) {
        const answer = await services.read(
          {
            runs: some.slice(from, from + PER_REQUEST).map(run => run.id),
            keys: keys.map(key => key.key),
            ...requestAxis(axis),
            window: [draft.from_x, draft.to_x > draft.from_x ? draft.to_x : draft.from_x + 1],
            buckets: 1,
            channel: channelOf(panel),
          },
          signal,
        )
        for (const { run, key, data: rows } of answer) found.push({ run, key, ...statistic(rows) })
      }
      return found
    },
    staleTime: 10_000,
  })
  const others = (panel.regions ?? []).filter(region => region.id !== draft.id)
  const save = (): void => {
    const kept: Region = {
      ...draft,
      id: isNew ? crypto.randomUUID().slice(0, 8) : draft.id,
      ...(name.trim() ? { name: name.trim() } : { name: 'Region' }),
      note: note.trim(),
      ...(isNew ? { created_at: Math.round(Date.now() / 1000) } : {}),
    }
    onChange({ regions: [...others, kept] })
    onClose()
  }
  const remove = (): void => {
    onChange({ regions: others.length > 0 ? others : undefined })
    onClose()
  }
  /** Closes it without keeping what was typed, which can be had again. */
  const leave = (): void => {
    onClose()
    const kept = panel.regions?.find(region => region.id === draft.id)
    if (name === (kept?.name ?? '') && note === (kept?.note ?? '')) return
    const text = isNew ? 'The region was not marked' : 'The region was not saved'
    toast({ icon: 'trash', text, undo: () => onReopen({ ...draft, name, note }) })
  }
  const kind = axisKind(axis)
  const told = `${axisTitle(axis)} ${formatX(kind, draft.from_x)} to ${formatX(kind, draft.to_x)}`
  const byRun = new Map(runs.map(run => [run.id, run]))
  return (
    <Dialog
      isOpen
      onClose={leave}
      title={isNew ? 'Mark a region' : draft.name || 'Region'}
      description={told}
      className="region-dialog"
    >
      <div className="field">
        <label htmlFor={`${noteId}-name`}>Name</label>
        <span className="input">
          <input
            id={`${noteId}-name`}
            value={name}
            placeholder="Warm-up"
            onChange={event => setName(event.target.value)}
          />
        </span>
      </div>
      <div className="field">
        <label htmlFor={noteId}>Note</label>
        <span className="input area">
          <textarea id={noteId} rows={2} value={note} onChange={event => setNote(event.target.value)} />
        </span>
      </div>
      <div className="region-table">
        {error && !data ? (
          <p className="help bad">{failureOf(error, 'The statistics could not be read').detail}</p>
        ) : isPending ? (
          <p className="hint">Reading the statistics of this stretch</p>
        ) : (
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Run</th>
                {keys.length > 1 && <th scope="col">Metric</th>}
                <th scope="col" className="num">
                  Points
                </th>
                <th scope="col" className="num">
                  Lowest
                </th>
                <th scope="col" className="num">
                  Mean
                </th>
                <th scope="col" className="num">
                  Highest
                </th>
                <th scope="col" className="num">
                  First
                </th>
                <th scope="col" className="num">
                  Last
                </th>
              </tr>
            </thead>
            <tbody>
              {data
                .filter(row => row.count > 0)
                .map(row => {
                  const run = byRun.get(row.run)
                  const { colour } = run?.style ?? runStyle(run?.ordinal ?? 1)
                  return (
                    <tr key={`${row.run} ${row.key}`}>
                      <td className="b">
                        <span className="sw" style={{ '--c': `var(${colour})` } as React.CSSProperties} />{' '}
                        {run?.name ?? row.run}
                      </td>
                      {keys.length > 1 && <td>{row.key.replace(/^=/, '')}</td>}
                      <td className="num">{formatCount(row.count)}</td>
                      <td className="num" title={formatExact(row.min)}>
                        {formatValue(row.min)}
                      </td>
                      <td className="num" title={formatExact(row.mean)}>
                        {formatValue(row.mean)}
                      </td>
                      <td className="num" title={formatExact(row.max)}>
                        {formatValue(row.max)}
                      </td>
                      <td className="num" title={formatExact(row.first)}>
                        {formatValue(row.first)}
                      </td>
                      <td className="num" title={formatExact(row.last)}>
                        {formatValue(row.last)}
                      </td>
                    </tr>
                  )
                })}
            </tbody>
          </table>
        )}
        {runs.length > RUNS_MAX && (
          <p className="hint">
            Of the first {RUNS_MAX} of {formatCount(runs.length)} runs.
          </p>
        )}
      </div>
      {!isNew && <Thread kind="region" subject={draft.id} onCount={() => commentCountsOf(services.api).again()} />}
      <div className="acts row right">
        {!isNew && (
          <Button kind="danger" icon="trash" onClick={remove}>
            Remove region
          </Button>
        )}
        <Button onClick={leave}>Cancel</Button>
        <Button kind="primary" onClick={save}>
          {isNew ? 'Mark region' : 'Save region'}
        </Button>
      </div>
    </Dialog>
  )
}

/** Over all rows: one where the window lies on the server's grid, two at its edges otherwise. */
export function statistic(rows: {
  rows: number
  count: ArrayLike<number>
  nan: ArrayLike<number>
  posinf: ArrayLike<number>
  neginf: ArrayLike<number>
  min: ArrayLike<number>
  mean: ArrayLike<number>
  max: ArrayLike<number>
  first: ArrayLike<number>
  last: ArrayLike<number>
}): Omit<Statistic, 'run' | 'key'> {
  let count = 0
  let sum = 0
  let finite = 0
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  let [first, last] = [Number.NaN, Number.NaN]
  for (let i = 0; i < rows.rows; i++) {
    const all = rows.count[i] as number
    const n = all - (rows.nan[i] as number) - (rows.posinf[i] as number) - (rows.neginf[i] as number)
    if (all > 0) last = rows.last[i] as number
    if (all > 0 && count === 0) first = rows.first[i] as number
    count += all
    if (n <= 0) continue
    finite += n
    sum += (rows.mean[i] as number) * n
    min = Math.min(min, rows.min[i] as number)
    max = Math.max(max, rows.max[i] as number)
  }
  return {
    count,
    min: finite > 0 ? min : Number.NaN,
    mean: finite > 0 ? sum / finite : Number.NaN,
    max: finite > 0 ? max : Number.NaN,
    first,
    last,
  }
}
