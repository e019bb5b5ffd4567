import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Project } from '../../data/projects'
import { Ago } from '../../ui/Ago'
import { formatCount } from '../../ui/format'
import { StateGlyph } from '../../ui/icons'
import { recentTrouble, type RunningRun, troubleQuery } from './model'

/** Runs of this week that failed or went silent. None: nothing is drawn. */
export function TroubleCard({ list, nowS }: { list: readonly Project[]; nowS: number }) {
  const { data } = useQuery(troubleQuery(list))
  const runs = recentTrouble(data ?? [], nowS)
  if (runs.length === 0) return null
  return (
    <section className="panel" aria-labelledby="trouble">
      <div className="card-h">
        <h2 id="trouble">Ended badly</h2>
        <span className="n">this week</span>
      </div>
      <ul className="wait">
        {runs.map(run => (
          <li key={`${run.entity}/${run.project}/${run.id}`}>
            <span className="g">
              <StateGlyph state={run.state} size={16} label="" />
            </span>
            <Link
              className="hd"
              to="/$entity/$project/runs/$run"
              params={{ entity: run.entity, project: run.project, run: run.id }}
            >
              {run.name} {run.state}
            </Link>
            <span className="when">
              <Ago atS={run.finished_at || run.heartbeat_at} nowS={nowS} />
            </span>
            <p>{reasonOf(run)}</p>
          </li>
        ))}
      </ul>
    </section>
  )
}

function reasonOf(run: RunningRun): string {
  const where =
    run.last_step >= 0
      ? `at step ${formatCount(run.last_step)} of ${run.project}`
      : `in ${run.project}, before its first step`
  if (run.state === 'crashed')
    return `Silent since ${where.replace(/^at/, 'it was at')}. What it logged is kept; it goes on when it speaks again.`
  return `Ended with exit code ${run.exit_code ?? 'unknown'} ${where}.`
}
