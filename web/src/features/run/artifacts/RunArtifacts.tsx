/** What a run took in and what it made: a tab of its own, and a card of the overview. */

import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import { ArtifactsApi, type ArtifactVersion } from '../../../data/artifacts'
import { failureOf } from '../../../ui/failure'
import { Icon } from '../../../ui/icons'
import { FailureMessage, Message, useSkeleton } from '../../../ui/states'
import { iconOfType, isGone, marksOf, sizeText } from '../../artifacts/model'
import { useRunPlace } from '../useRun'

export function useRunArtifacts() {
  const { session, run } = useRunPlace()
  const api = useMemo(() => new ArtifactsApi(session.entity, session.project), [session])
  return useQuery({
    queryKey: ['run-artifacts', session.entity, session.project, session.run],
    queryFn: ({ signal }) => api.ofRun(session.run, signal),
    refetchInterval: run.state === 'running' ? 10_000 : false,
    staleTime: 5_000,
    retry: false,
  })
}

export default function ArtifactsTab() {
  const { data, error, refetch, isPending } = useRunArtifacts()
  const isSkeleton = useSkeleton(isPending)
  if (error && !data)
    return <FailureMessage failure={failureOf(error, 'Artifacts could not be listed')} onRetry={() => void refetch()} />
  if (!data) return <div className="run-tab" aria-busy={isSkeleton} />
  if (data.inputs.length + data.outputs.length === 0) {
    return (
      <Message icon="layers" title="The run used and made no artifacts">
        <span>
          <code>run.use_artifact(&quot;name:latest&quot;)</code> says what it took in, <code>run.log_artifact(…)</code>{' '}
          keeps what it made; both also work for runs that ended.
        </span>
      </Message>
    )
  }
  return (
    <div className="run-tab run-arts">
      {(
        [
          ['Inputs', data.inputs, 'It took nothing in.'],
          ['Outputs', data.outputs, 'It made nothing, or not yet.'],
        ] as const
      ).map(([title, versions, none]) => (
        <section key={title} className="panel" aria-label={title}>
          <header className="panel-h">
            <h2 className="title">{title}</h2>
            <span className="meta">{versions.length}</span>
          </header>
          {versions.length === 0 ? (
            <p className="hint pad">{none}</p>
          ) : (
            <Rows versions={thereFirst(versions)} hasRole />
          )}
        </section>
      ))}
    </div>
  )
}

function Rows({ versions, hasRole }: { versions: readonly ArtifactVersion[]; hasRole?: boolean }) {
  return (
    <ul className="art-rows">
      {versions.map(version => (
        <li key={`${version.path} ${version.role ?? ''}`} className={isGone(version) ? 'gone' : undefined}>
          <Icon name={iconOfType(version.type)} size={14} />
          <span className="what">
            <Link
              to="/$entity/$project/artifacts/$type/$name/$version"
              params={{
                entity: version.entity,
                project: version.project,
                type: version.type,
                name: version.name,
                version: version.version,
              }}
              className="cut"
              title={version.path}
            >
              {version.name}
              <span className="t3">:{version.version}</span>
            </Link>
            {hasRole && version.role && <span className="tag">{version.role}</span>}
            {marksOf(version).map(alias => (
              <span key={alias} className={alias === 'production' ? 'mark sm production' : 'mark sm'}>
                {alias}
              </span>
            ))}
          </span>
          <span className="sz">{isGone(version) ? version.state : sizeText(version.size)}</span>
        </li>
      ))}
    </ul>
  )
}

const CARD_ROWS = 5

/** What is there comes before what was. */
const thereFirst = (versions: readonly ArtifactVersion[]): ArtifactVersion[] =>
  versions.toSorted((a, b) => Number(isGone(a)) - Number(isGone(b)))

export function ArtifactsCard() {
  const { change } = useRunPlace()
  const { data } = useRunArtifacts()
  const { inputs = [], outputs = [] } = data ?? {}
  if (inputs.length + outputs.length === 0) return null
  return (
    <section className="panel fix o5" aria-label="Artifacts">
      <header className="panel-h">
        <h2 className="title">Artifacts</h2>
        <span className="meta">
          {inputs.length} in, {outputs.length} out
        </span>
      </header>
      <div className="art-card">
        {(
          [
            ['Inputs', inputs],
            ['Outputs', outputs],
          ] as const
        ).map(
          ([title, versions]) =>
            versions.length > 0 && (
              <div key={title}>
                <h3>{title}</h3>
                <Rows versions={thereFirst(versions).slice(0, CARD_ROWS)} />
                {versions.length > CARD_ROWS && (
                  <button type="button" className="link" onClick={() => change({ tab: 'artifacts' })}>
                    {versions.length - CARD_ROWS} more
                  </button>
                )}
              </div>
            ),
        )}
      </div>
    </section>
  )
}
