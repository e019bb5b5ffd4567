/** The machine over the run's whole life: what idles, how much room is left, what to change; then every reading by node and kind. */

import { useMemo, useState } from 'react'
import { PanelContext } from '../../../panels/context'
import { automaticPanel } from '../../../panels/line/schema'
import { Segmented } from '../../../ui/controls'
import { failureOf } from '../../../ui/failure'
import { formatDuration } from '../../../charts/number'
import { plural } from '../../../ui/format'
import { Icon } from '../../../ui/icons'
import { Bone, FailureMessage, Message, useSkeleton } from '../../../ui/states'
import { Chart, useDrawn, useServices } from '../overview/OverviewCharts'
import { cpuCountOf } from '../overview/SystemStrip'
import { IdleCells } from '../overview/Spark'
import { useRunPlace } from '../useRun'
import {
  adviceOf,
  devicesOf,
  formatGb,
  freeMemory,
  idleShare,
  placeOfKey,
  type Place,
  type Reading,
  statsOf,
} from './model'
import { useReadings } from './useReadings'

const KINDS: { kind: Place['kind']; title: string }[] = [
  { kind: 'gpu', title: 'GPU' },
  { kind: 'process', title: 'The run’s processes' },
  { kind: 'cpu', title: 'CPU' },
  { kind: 'memory', title: 'Memory' },
  { kind: 'disk', title: 'Disk' },
  { kind: 'network', title: 'Network' },
  { kind: 'other', title: 'Other' },
]
const CHARTS_FIRST = 12

export default function SystemTab() {
  const place = useRunPlace()
  const { session, run } = place
  const { data, error, refetch, hasNone, isPending } = useReadings(session, run, null, 400)
  const [scroller, setScroller] = useState<Element | null>(null)
  const services = useServices(place, scroller)
  const runs = useDrawn(place, false)
  const readings = useMemo(() => data?.readings ?? [], [data])
  const nodes = useMemo(
    () => [...new Set(readings.map(reading => placeOfKey(reading.key).node))].toSorted(),
    [readings],
  )
  const [chosen, setChosen] = useState('')
  const node = nodes.includes(chosen) ? chosen : (nodes[0] ?? '')
  const here = useMemo(() => readings.filter(reading => placeOfKey(reading.key).node === node), [readings, node])
  const isSkeleton = useSkeleton(isPending && !hasNone)
  if (error && !data)
    return (
      <FailureMessage failure={failureOf(error, 'The readings could not be read')} onRetry={() => void refetch()} />
    )
  if (hasNone || (data && readings.length === 0)) {
    return (
      <Message icon="chip" title="Nothing was read of the machine">
        <span>
          Processor, memory, disks, network and GPUs are read every ten seconds while a run goes on, unless{' '}
          <code>monitor_s=0</code> is set.
        </span>
      </Message>
    )
  }
  return (
    <div className="run-tab systab" ref={setScroller} aria-busy={isSkeleton}>
      <h2 className="vh">System</h2>
      {data ? (
        <Findings readings={readings} spanS={data.to - data.from} />
      ) : (
        isSkeleton && (
          <div className="panel">
            <Bone width="100%" height={220} />
          </div>
        )
      )}
      {nodes.length > 1 && (
        <Segmented
          label="Node"
          value={node}
          options={nodes.map(name => ({ value: name, label: name || 'first node' }))}
          onChange={setChosen}
        />
      )}
      <PanelContext value={services}>
        {KINDS.map(({ kind, title }) => (
          <Kind
            key={kind}
            title={title}
            keys={here.filter(reading => placeOfKey(reading.key).kind === kind).map(reading => reading.key)}
            runs={runs}
            scroller={scroller}
          />
        ))}
      </PanelContext>
    </div>
  )
}

const HOST = [
  { key: 'cpu', title: 'This run’s share of the CPU' },
  { key: 'cpu.all.cpu_percent', title: 'CPU' },
  { key: 'memory_percent', title: 'Memory' },
] as const

const percent = (value: number): string => (Number.isFinite(value) ? `${Math.round(value)} %` : '–')

function Kind({
  title,
  keys,
  runs,
  scroller,
}: {
  title: string
  keys: readonly string[]
  runs: ReturnType<typeof useDrawn>
  scroller: Element | null
}) {
  const [most, setMost] = useState(CHARTS_FIRST)
  if (keys.length === 0) return null
  return (
    <section aria-label={title}>
      <h3 className="section-h">
        {title} <span className="n">{plural(keys.length, 'reading')}</span>
      </h3>
      <div className="sys-grid">
        {keys.slice(0, most).map(key => (
          <Chart
            key={key}
            panel={{ ...automaticPanel('system', key, false), title: key.split('/l:')[0] ?? key }}
            runs={runs}
            scroller={scroller}
          />
        ))}
      </div>
      {keys.length > most && (
        <button type="button" className="btn sm more" onClick={() => setMost(most * 4)}>
          Show more of {keys.length}
        </button>
      )}
    </section>
  )
}

function Findings({ readings, spanS }: { readings: readonly Reading[]; spanS: number }) {
  const { run } = useRunPlace()
  const devices = devicesOf(readings)
  const advice = adviceOf(readings, { config: run.config, cpuCount: cpuCountOf(run.environment) })
  const free = freeMemory(devices)
  const use = readings.filter(({ key }) => placeOfKey(key).kind === 'gpu' && placeOfKey(key).name === 'gpu')
  return (
    <section className="panel findings" aria-label="What was found">
      <header className="panel-h">
        <h3 className="title">{devices.length > 0 ? 'Idle time and head-room' : 'Use of the machine'}</h3>
        <span className="meta">
          {run.host}, {formatDuration(spanS)}
        </span>
      </header>
      {devices.length > 0 ? (
        <>
          <div className="idle">
            <IdleCells rows={use.map(({ key, x, y }) => ({ name: key, line: { x, y } }))} cells={120} />
          </div>
          {/* It scrolls where it is wider than a phone. */}
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
          <div className="table-x" tabIndex={0} role="group" aria-label="Devices">
            <table className="table">
              <thead>
                <tr>
                  <th>Device</th>
                  <th className="num">Mean use</th>
                  <th className="num">Idle</th>
                  <th className="num">Memory, most</th>
                  <th className="num">Free</th>
                  <th className="num">Power</th>
                </tr>
              </thead>
              <tbody>
                {devices.map(device => (
                  <tr key={`${device.node}${device.index}`}>
                    <td>
                      {device.node && `${device.node}, `}GPU {device.index}
                    </td>
                    <td className="num">{percent(device.use.mean)}</td>
                    <td className={device.idle >= 0.1 ? 'num warn' : 'num'}>{percent(device.idle * 100)}</td>
                    <td className="num">{Number.isFinite(device.memory) ? formatGb(device.memory) : '–'}</td>
                    <td className="num">
                      {Number.isFinite(device.memoryTotal) ? formatGb(device.memoryTotal - device.memory) : '–'}
                    </td>
                    <td className="num">
                      {Number.isFinite(device.power.mean) ? `${Math.round(device.power.mean)} W` : '–'}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      ) : (
        <dl className="kv pad">
          {HOST.map(({ key, title }) => {
            const found = readings.find(reading => reading.key.split('/l:')[0] === key)
            if (!found) return null
            const stats = statsOf(found.y)
            return (
              <div key={key} className="contents">
                <dt>{title}</dt>
                <dd>
                  {percent(stats.mean)} on average, {percent(stats.max)} at most
                  {key === 'cpu.all.cpu_percent' && `, idle ${percent(idleShare(found.y) * 100)} of the time`}
                </dd>
              </div>
            )
          })}
        </dl>
      )}
      <div className="advice">
        <Icon name={advice ? 'bulb' : 'check'} />
        <span className="grow">
          {advice ? (
            <>
              <b>{advice.fact}</b>: {advice.reason}
            </>
          ) : (
            <>
              <b>Nothing stands out.</b>{' '}
              {devices.length > 0
                ? `${plural(devices.length, 'device')} in use${free ? `, ${formatGb(free)} free on each` : ''}.`
                : 'No device idles that could work.'}
            </>
          )}
        </span>
      </div>
    </section>
  )
}
