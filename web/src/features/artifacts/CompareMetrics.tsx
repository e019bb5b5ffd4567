/** Numbers of two versions beside each other: what the runs that made them measured, what their metadata says. */

import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { formatDelta, formatValue } from '../../charts/number'
import type { ArtifactsApi, ArtifactVersion, MetricChange, MetricsSide } from '../../data/artifacts'
import { Switch } from '../../ui/controls'
import { failureOf } from '../../ui/failure'
import { formatCount } from '../../ui/format'
import { FailureMessage, Message, useSkeleton } from '../../ui/states'
import { RunLink } from './Details'
import { artifactsKey } from './model'

const GOALS: Record<MetricChange['goal'], string> = {
  '': '',
  minimize: 'lower is better',
  maximize: 'higher is better',
}

export function CompareMetrics({
  api,
  version,
  against,
}: {
  api: ArtifactsApi
  version: ArtifactVersion
  against: string
}) {
  const { data, error, refetch, isPending } = useQuery({
    queryKey: [...artifactsKey(api.entity, api.project), 'compare-metrics', version.name, version.version, against],
    queryFn: ({ signal }) => api.compareMetrics(version.name, version.version, against, signal),
    // A run that made one of them may go on measuring.
    staleTime: 10_000,
    retry: false,
  })
  const isSkeleton = useSkeleton(isPending)
  const [isAll, setAll] = useState(false)
  if (error && !data)
    return (
      <FailureMessage
        failure={failureOf(error, 'Their numbers could not be compared')}
        onRetry={() => void refetch()}
      />
    )
  if (!data) return <div className="grow" aria-busy={isSkeleton} />
  if (data.metrics.length === 0) {
    return (
      <Message icon="chart" title="There are no numbers">
        <span>Neither a run that made one of them logged a metric, nor does their metadata hold a number.</span>
      </Message>
    )
  }
  const shown = data.metrics.filter(one => isAll || one.before !== one.after)
  return (
    <>
      <div className="cmp-counts">
        <Switch label="Also those that are the same" isOn={isAll} onChange={setAll} />
        <span aria-hidden="true">Also those that are the same</span>
        <span className="t3">
          {formatCount(data.metrics.filter(one => one.before !== one.after).length)} of{' '}
          {formatCount(data.metrics.length)}
          {data.is_cut && '+'} differ
        </span>
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls */}
      <div className="scrolls" tabIndex={0} role="region" aria-label="Numbers that differ">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Metric</th>
              <th scope="col">From</th>
              <th scope="col" className="num">
                <Maker side={data.before} />
              </th>
              <th scope="col" className="num">
                <Maker side={data.after} />
              </th>
              <th scope="col" className="num">
                Difference
              </th>
              <th scope="col">By its goal</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(one => (
              <tr key={`${one.origin} ${one.key}`}>
                <td className="mono">{one.key}</td>
                <td>{one.origin}</td>
                <Figure value={one.before} />
                <Figure value={one.after} />
                <td className="num" title={one.delta === null ? undefined : String(one.delta)}>
                  {one.delta === null ? '–' : formatDelta(one.delta, Number(one.after ?? one.delta))}
                </td>
                <td className={one.verdict === 'better' ? 'up' : one.verdict === 'worse' ? 'down' : 't3'}>
                  {one.verdict} <span className="t3">{GOALS[one.goal]}</span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {shown.length === 0 && <p className="hint pad">All numbers are the same.</p>}
      </div>
    </>
  )
}

const Figure = ({ value }: { value: number | string | null }) => (
  <td className="num" title={value === null ? undefined : String(value)}>
    {value === null ? '–' : typeof value === 'number' ? formatValue(value) : value}
  </td>
)

function Maker({ side }: { side: MetricsSide }) {
  return (
    <>
      {side.path.slice(side.path.lastIndexOf(':') + 1)}
      {side.run && (
        <>
          , <RunLink run={side.run} name={side.run.name} />
        </>
      )}
      {side.run && side.step >= 0 && ` at step ${formatCount(side.step)}`}
    </>
  )
}
