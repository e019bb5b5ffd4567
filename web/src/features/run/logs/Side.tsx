/** Beside the log: what was the case at the chosen line, and charts over time whose crosshair stands there. A click in one goes back. */

import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { formatValue } from '../../../charts/number'
import { formatKey } from '../../../data/expressions'
import type { ConsoleLine } from '../../../data/run'
import { PanelContext } from '../../../panels/context'
import { automaticPanel } from '../../../panels/line/schema'
import { IconButton } from '../../../ui/Button'
import { formatCount } from '../../../ui/format'
import { Menu, MenuChoice } from '../../../ui/Menu'
import { firstMetrics } from '../model'
import { Chart, useDrawn, useServices } from '../overview/OverviewCharts'
import { useSystemKeys } from '../system/useReadings'
import { useRunPlace } from '../useRun'
import { clockOf } from './LineText'

const SOURCE = 'log'
/** The steps of a metric's rows, whatever its values: what an answer says of steps itself is the run's newest. */
const stepsOf = (key: string): string => `=where(isnan(${formatKey(key)}), \${_step}, \${_step})`
const METRICS_MAX = 40

export function Side({
  line,
  onTime,
  onCopyLink,
  onClose,
  isPhone,
}: {
  line: ConsoleLine | null
  onTime: (atS: number) => void
  onCopyLink: () => void
  onClose: () => void
  isPhone: boolean
}) {
  const place = useRunPlace()
  const { session, run } = place
  const [scroller, setScroller] = useState<Element | null>(null)
  const services = useServices(place, scroller)
  const runs = useDrawn(place, false)
  const metrics = useMemo(() => firstMetrics(run, METRICS_MAX), [run])
  const systemKeys = useSystemKeys(session, run)
  const system = useMemo(() => (systemKeys.data ?? []).toSorted((a, b) => weight(a) - weight(b)), [systemKeys.data])
  const [metric, setMetric] = useState('')
  const [reading, setReading] = useState('')
  const shownMetric = metric || metrics[0]
  const shownReading = reading || system[0]

  // The crosshair of all charts over time stands at the line.
  const at = line?.time
  useEffect(() => {
    if (at === undefined) return
    session.hover.set({ run: null, x: at, axis: 'time', source: SOURCE })
    return session.hover.subscribe(now => {
      // A pointer that leaves a chart gives the crosshair back to the line.
      if (now.x === null) session.hover.set({ run: null, x: at, axis: 'time', source: SOURCE })
    })
  }, [session, at])

  const near = useQuery({
    queryKey: ['at-line', session.api.path, line?.number, metrics.slice(0, 3)],
    queryFn: async ({ signal }) => {
      const time = line?.time ?? 0
      const keys = metrics.slice(0, 3)
      if (keys.length === 0) return []
      // Of each metric the last row until the line.
      const read = async (keys: string[]): Promise<Map<string, number>> => {
        const answer = await session.projectApi.readSeries(
          {
            runs: [session.run],
            keys,
            x: 'time',
            channel: 'history',
            buckets: 1,
            window: [run.started_at - 1, time + 1e-3],
          },
          signal,
        )
        const found = answer.filter(({ data }) => data.rows > 0)
        return new Map(found.map(({ key, data }) => [key, data.last[data.rows - 1] as number]))
      }
      const values = await read(keys)
      // What the script only put into its summary has no rows, and no expression reads it.
      const steps = values.size > 0 ? await read([...values.keys()].map(stepsOf)) : null
      return [...values].map(([key, value]) => ({ key, value, step: steps?.get(stepsOf(key)) ?? -1 }))
    },
    enabled: line !== null,
    placeholderData: before => before,
  })
  const click = () => {
    const { x, axis } = session.hover.value
    if (x !== null && axis === 'time') onTime(x)
  }
  const step = near.data?.map(entry => entry.step).filter(step => step >= 0) ?? []
  if (isPhone && !line) return null
  return (
    <aside className={line ? 'log-side show' : 'log-side'} aria-label="At the line" ref={setScroller}>
      <section className="panel">
        <header className="panel-h">
          <h2 className="title">{line ? `At line ${formatCount(line.number + 1)}` : 'No line is chosen'}</h2>
          {line && (
            <span className="tools">
              <IconButton small icon="link" label="Copy link to this line" onClick={onCopyLink} />
              <IconButton small icon="close" label="Leave the line" onClick={onClose} />
            </span>
          )}
        </header>
        <div className="near">
          {line ? (
            <dl className="kv">
              <dt>Time</dt>
              <dd>{clockOf(line.time, true)}</dd>
              {step.length > 0 && (
                <>
                  <dt>Step</dt>
                  <dd>{formatCount(Math.max(...step))}</dd>
                </>
              )}
              <dt>From</dt>
              <dd>{[line.label, line.stream].filter(Boolean).join(', ')}</dd>
              {line.level && (
                <>
                  <dt>Level</dt>
                  <dd>{line.level}</dd>
                </>
              )}
              {near.data?.map(entry => (
                <NearRow key={entry.key} name={entry.key} value={entry.value} />
              ))}
            </dl>
          ) : (
            <p className="hint">Click a line to see the charts at its time; click in a chart to go to its line.</p>
          )}
        </div>
      </section>
      <PanelContext value={services}>
        {shownMetric !== undefined && (
          <SideChart title={shownMetric} options={metrics} onChange={setMetric} onClick={click}>
            <Chart
              key={shownMetric}
              panel={automaticPanel('history', shownMetric, false)}
              runs={runs}
              scroller={scroller}
              axis="time"
            />
          </SideChart>
        )}
        {shownReading !== undefined && (
          <SideChart title={shownReading} options={system} onChange={setReading} onClick={click}>
            <Chart
              key={shownReading}
              panel={automaticPanel('system', shownReading, false)}
              runs={runs}
              scroller={scroller}
              axis="time"
            />
          </SideChart>
        )}
      </PanelContext>
    </aside>
  )
}

function NearRow({ name, value }: { name: string; value: number }) {
  return (
    <>
      <dt className="cut" title={name}>
        {name}
      </dt>
      <dd>{formatValue(value)}</dd>
    </>
  )
}

const ORDER = [/^gpu\.\d+\.gpu/, /^cpu$/, /^cpu\.all/, /memory/]
const weight = (key: string): number => {
  const at = ORDER.findIndex(pattern => pattern.test(key))
  return at < 0 ? ORDER.length : at
}

function SideChart({
  title,
  options,
  onChange,
  onClick,
  children,
}: {
  title: string
  options: readonly string[]
  onChange: (key: string) => void
  onClick: () => void
  children: React.ReactNode
}) {
  return (
    <div className="side-chart">
      {/* The chart inside takes the keyboard; a click beside its own means the time under the pointer. */}
      {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions */}
      <div
        className="h150"
        onClick={event => {
          if ((event.target as HTMLElement).closest('.chart')) onClick()
        }}
      >
        {children}
      </div>
      <Menu
        align="end"
        label="Choose what is drawn"
        className="scrolls"
        trigger={<IconButton small icon="chev-d" className="choose" label={`Draw something else than ${title}`} />}
      >
        <MenuChoice value={title} options={options.map(key => ({ value: key, label: key }))} onChange={onChange} />
      </Menu>
    </div>
  )
}
