import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Project } from '../../data/projects'
import { failureOf } from '../../ui/failure'
import { formatDuration, formatValue } from '../../charts/number'
import { formatCount, initials } from '../../ui/format'
import { StateGlyph } from '../../ui/icons'
import { FailureMessage } from '../../ui/states'
import { useMedia } from '../../ui/useToken'
import { mainMetric, progressOf, type RunningRun, runningQuery } from './model'

/** Runs that are going on. Nothing runs: nothing is drawn. */
export function RunningCard({ list, nowS }: { list: readonly Project[]; nowS: number }) {
  const { data: runs, error, refetch } = useQuery(runningQuery(list))
  const isPhone = useMedia('(max-width: 720px)')
  if (error && !runs)
    return (
      <section className="panel" aria-label="Running now">
        <FailureMessage
          failure={failureOf(error, 'The running runs could not be read')}
          onRetry={() => void refetch()}
        />
      </section>
    )
  if (!runs || runs.length === 0) return null
  return (
    <section className="panel" aria-labelledby="running-now">
      <div className="card-h">
        <h2 id="running-now">Running now</h2>
        <span className="n">{countOf(runs)}</span>
      </div>
      {isPhone ? (
        <ul className="cards">
          {runs.map(run => (
            <RunLines key={`${run.entity}/${run.project}/${run.id}`} run={run} nowS={nowS} />
          ))}
        </ul>
      ) : (
        <div className="scroll-x">
          <table className="table home-runs">
            <thead>
              <tr>
                <th scope="col">Run</th>
                <th scope="col">Project</th>
                <th scope="col" className="home-progress">
                  Progress
                </th>
                <th scope="col" className="num">
                  Step
                </th>
                <th scope="col">Metric</th>
                <th scope="col" className="num">
                  Now
                </th>
                <th scope="col" className="num">
                  For
                </th>
                <th scope="col" className="num">
                  Left
                </th>
                <th scope="col">
                  <span className="vh">Started by</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {runs.map(run => (
                <RunRow key={`${run.entity}/${run.project}/${run.id}`} run={run} nowS={nowS} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}

function countOf(runs: readonly RunningRun[]): string {
  const waiting = runs.filter(run => run.state === 'pending').length
  const running = runs.length - waiting
  return [running > 0 && `${running} running`, waiting > 0 && `${waiting} waiting`].filter(Boolean).join(', ')
}

const linkTo = (run: RunningRun) => ({
  to: '/$entity/$project/runs/$run' as const,
  params: { entity: run.entity, project: run.project, run: run.id },
})

function RunRow({ run, nowS }: { run: RunningRun; nowS: number }) {
  const progress = progressOf(run, nowS)
  const metric = mainMetric(run)
  return (
    <tr>
      <td>
        <span className="row">
          <StateGlyph state={run.state} />
          <Link className="b cut" title={run.name} {...linkTo(run)}>
            {run.name}
          </Link>
        </span>
      </td>
      <td>
        <Link
          className="t2 cut"
          title={run.project}
          to="/$entity/$project"
          params={{ entity: run.entity, project: run.project }}
        >
          {run.project}
        </Link>
      </td>
      <td>
        {progress ? (
          <span className="prog">
            <span
              className="progress run"
              role="progressbar"
              aria-label={`Progress of ${run.name}`}
              aria-valuenow={Math.round(progress.part * 100)}
            >
              <i style={{ width: `${progress.part * 100}%` }} />
            </span>
            <b>{Math.round(progress.part * 100)} %</b>
          </span>
        ) : (
          <span className="prog">
            <span className="dashed" />
            <span className="t3">no end given</span>
          </span>
        )}
      </td>
      <td className="num">
        {run.last_step >= 0 ? formatCount(run.last_step) : '–'}
        {progress && <span className="t3"> / {formatCount(progress.total)}</span>}
      </td>
      <td className="t3">
        <span className="cut" title={metric?.name}>
          {metric?.name ?? '–'}
        </span>
      </td>
      <td className="num b">{metric ? formatValue(metric.value) : '–'}</td>
      <td className="num">{formatDuration(Math.max(0, nowS - (run.started_at || run.created_at)))}</td>
      <td className="num">{progress?.leftS == null ? '–' : formatDuration(progress.leftS)}</td>
      <td className="num">
        {run.user && (
          <span className="avatar sm a1 ml-auto" title={run.user}>
            {initials(run.user)}
          </span>
        )}
      </td>
    </tr>
  )
}

function RunLines({ run, nowS }: { run: RunningRun; nowS: number }) {
  const progress = progressOf(run, nowS)
  const metric = mainMetric(run)
  return (
    <li>
      <Link className="card-link" {...linkTo(run)}>
        <StateGlyph state={run.state} size={16} />
        <b className="cut">{run.name}</b>
        <span className="v">{metric && formatValue(metric.value)}</span>
        {progress && (
          <span className="l2">
            <span className="progress run grow" aria-hidden="true">
              <i style={{ width: `${progress.part * 100}%` }} />
            </span>
            <span className="s">
              {Math.round(progress.part * 100)} %{progress.leftS !== null && `, ${formatDuration(progress.leftS)} left`}
            </span>
          </span>
        )}
        <span className="l2 s">
          {run.project}
          {metric && `, ${metric.name}`}
          {!progress && run.last_step >= 0 && `, step ${formatCount(run.last_step)}`}
        </span>
      </Link>
    </li>
  )
}
