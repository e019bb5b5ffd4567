import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Project } from '../../data/projects'
import { Ago } from '../../ui/Ago'
import { failureOf } from '../../ui/failure'
import { StateGlyph } from '../../ui/icons'
import { FailureMessage } from '../../ui/states'
import { recentTrouble, troubleOf, troubleQuery } from './model'

/** Runs of this week that failed or went silent. None: nothing is drawn. */
export function TroubleCard({ list, nowS }: { list: readonly Project[]; nowS: number }) {
  const { data, error, refetch } = useQuery(troubleQuery(list))
  // Nothing here reads as nothing went wrong, which nobody knows then.
  if (error && !data)
    return (
      <section className="panel" aria-label="Ended badly">
        <FailureMessage
          failure={failureOf(error, 'The runs that ended badly could not be read')}
          onRetry={() => void refetch()}
        />
      </section>
    )
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
            <p>{troubleOf(run)}</p>
          </li>
        ))}
      </ul>
    </section>
  )
}
