/** The last ten minutes of the machine in four small pictures, and one sentence about what could be better. */

import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { IconButton } from '../../../ui/Button'
import { failureOf } from '../../../ui/failure'
import { Icon } from '../../../ui/icons'
import { FailureMessage } from '../../../ui/states'
import { adviceOf, type Device, devicesOf, formatGb, placeOfKey, type Reading, statsOf } from '../system/model'
import { useReadings } from '../system/useReadings'
import { useRunPlace } from '../useRun'
import { IdleCells, Tiny } from './Spark'
import { isLive } from '../../../data/project'

const LAST_S = 600

export function SystemStrip() {
  const { session, run } = useRunPlace()
  const { data, error, refetch, hasNone } = useReadings(session, run, LAST_S, 60)
  const [dismissed, setDismissed] = useState('')
  const readings = data?.readings ?? []
  const devices = devicesOf(readings)
  const cpuCount = cpuCountOf(run.environment)
  const advice = adviceOf(readings, { config: run.config, cpuCount })
  const isShown = advice !== null && dismissed !== advice.fact
  const where = [run.host, devices.length > 0 ? gpuWords(devices) : '', isLive(run) ? 'last 10 min' : 'its last 10 min']
  return (
    <section className="panel fix o3" aria-label="System">
      <header className="panel-h">
        <h2 className="title">System</h2>
        <span className="meta cut">{where.filter(Boolean).join(', ')}</span>
        <span className="tools">
          <Link to="." search={{ tab: 'system' } as never} aria-label="Open the system tab" title="Open the system tab">
            <Icon name="arrow" size={14} />
          </Link>
        </span>
      </header>
      {error && !data ? (
        <FailureMessage failure={failureOf(error, 'The readings could not be read')} onRetry={() => void refetch()} />
      ) : hasNone || (data && readings.length === 0) ? (
        <p className="hint pad">
          Nothing was read of the machine. Runs are watched every ten seconds unless <code>monitor_s</code> is 0.
        </p>
      ) : (
        <div className="sys">
          {devices.length > 0 ? (
            <Gpus readings={readings} devices={devices} />
          ) : (
            <Host readings={readings} memoryBytes={numberAt(run.environment, 'memory_bytes')} />
          )}
        </div>
      )}
      {isShown && (
        <div className="advice">
          <Icon name="bulb" />
          <span className="grow">
            <b>{advice.fact}</b>: {advice.reason}
          </span>
          <IconButton small icon="close" label="Dismiss" onClick={() => setDismissed(advice.fact)} />
        </div>
      )}
    </section>
  )
}

const gpuWords = (devices: readonly Device[]): string =>
  devices.length === 1 ? `GPU ${devices[0]?.index}` : `${devices.length} GPUs`

export const cpuCountOf = (environment: Record<string, unknown>): number => {
  const cpu = environment.cpu as { usable_count?: number; count?: number } | undefined
  return cpu?.usable_count ?? cpu?.count ?? 0
}

const numberAt = (facts: Record<string, unknown>, name: string): number =>
  typeof facts[name] === 'number' ? facts[name] : Number.NaN

function linesOf(readings: readonly Reading[], name: string, scale = 1) {
  return readings
    .filter(({ key }) => {
      const place = placeOfKey(key)
      return place.kind === 'gpu' && place.name === name
    })
    .map(({ x, y }) => ({ x, y: Array.from(y, value => value * scale) }))
}

function Gpus({ readings, devices }: { readings: readonly Reading[]; devices: readonly Device[] }) {
  const use = readings.filter(({ key }) => placeOfKey(key).kind === 'gpu' && placeOfKey(key).name === 'gpu')
  const mean = statsOf(devices.map(device => device.use.mean)).mean
  const memory = Math.max(...devices.map(device => device.memory))
  const total = Math.max(...devices.map(device => device.memoryTotal))
  const power = statsOf(devices.map(device => device.power.last)).mean
  const limit = statsOf(devices.map(device => device.powerLimit)).max
  const temps = linesOf(readings, 'temp')
  return (
    <>
      <Cell title="GPU use" note="by device" value={`${Math.round(mean)} %`} foot="filled = idle">
        <IdleCells rows={use.map(({ key, x, y }) => ({ name: String(placeOfKey(key).device), line: { x, y } }))} />
      </Cell>
      <Cell title="GPU memory" {...partOf(formatGb(memory), Number.isFinite(total) ? formatGb(total) : '')}>
        <Tiny
          lines={linesOf(readings, 'memoryAllocatedBytes', 1e-9)}
          top={(total / 1e9) * 1.1 || 1}
          limit={total / 1e9 || undefined}
        />
      </Cell>
      <Cell
        title="GPU power"
        {...partOf(
          Number.isFinite(power) ? `${Math.round(power)} W` : '–',
          Number.isFinite(limit) ? `${Math.round(limit)} W` : '',
        )}
      >
        <Tiny
          lines={linesOf(readings, 'powerWatts')}
          top={(limit || 400) * 1.1}
          limit={Number.isFinite(limit) ? limit : undefined}
        />
      </Cell>
      <Cell title="Temperature" value={`${Math.round(statsOf(temps[0]?.y ?? []).last) || '–'} °C`}>
        <Tiny lines={temps} top={100} />
      </Cell>
    </>
  )
}

const SHARES = [
  { key: 'cpu', title: 'Run CPU', unit: '%' },
  { key: 'cpu.all.cpu_percent', title: 'CPU', unit: '%' },
  { key: 'memory_percent', title: 'Memory', unit: '%' },
  { key: 'proc.memory.rssMB', title: 'Run memory', unit: 'GB' },
] as const

function Host({ readings, memoryBytes }: { readings: readonly Reading[]; memoryBytes: number }) {
  return (
    <>
      {SHARES.map(({ key, title, unit }) => {
        const found = readings.filter(reading => reading.key.split('/l:')[0] === key)
        const scale = unit === 'GB' ? 1 / 1000 : 1
        const lines = found.map(({ x, y }) => ({ x, y: Array.from(y, value => value * scale) }))
        const stats = statsOf(lines[0]?.y ?? [])
        const top = unit === '%' ? 100 : Math.max(stats.max * 1.3 || 1, 0.1)
        return (
          <Cell
            key={key}
            title={title}
            {...partOf(
              stats.count > 0 ? `${Number(stats.last.toPrecision(3))} ${unit}` : '–',
              unit === 'GB' && Number.isFinite(memoryBytes) ? formatGb(memoryBytes) : '',
            )}
          >
            <Tiny lines={lines} top={top} />
          </Cell>
        )
      })}
    </>
  )
}

/** `37 of 80 GB`: of one unit, which is said once. */
const partOf = (value: string, whole: string): { value: string; of: string } =>
  whole === '' ? { value, of: '' } : { value: value.replace(/ \w+$/, ''), of: `of ${whole}` }

function Cell({
  title,
  note,
  value,
  of,
  foot,
  children,
}: {
  title: string
  note?: string
  value: string
  of?: string
  foot?: string
  children: React.ReactNode
}) {
  const { run } = useRunPlace()
  return (
    <div>
      <div className="l">
        <span className="cut">
          {title} {note && <small>{note}</small>}
        </span>
        <b>
          {value} {of && <small className="t3">{of}</small>}
        </b>
      </div>
      <div className="ch">{children}</div>
      <div className="ax">
        <span>−10 min</span>
        {foot && <span>{foot}</span>}
        <span>{isLive(run) ? 'now' : 'end'}</span>
      </div>
    </div>
  )
}
