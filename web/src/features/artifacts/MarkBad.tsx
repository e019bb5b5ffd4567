/** Marks a version as bad: what that reaches is shown first, and which aliases may not move meanwhile. Nothing is deleted. */

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type ArtifactsApi, type ArtifactVersion, entityArtifacts } from '../../data/artifacts'
import { Button } from '../../ui/Button'
import { Switch } from '../../ui/controls'
import { Drawer } from '../../ui/Dialog'
import { useDraft } from '../../ui/drafts'
import { failureOf } from '../../ui/failure'
import { formatCount } from '../../ui/format'
import { Icon } from '../../ui/icons'
import { FailureMessage } from '../../ui/states'
import { toast } from '../../ui/toasts'
import { Blast } from './Details'
import { Marks } from './Marks'
import { artifactsKey, marksOf } from './model'

export function MarkBad({
  api,
  version,
  onClose,
}: {
  api: ArtifactsApi
  version: ArtifactVersion
  onClose: () => void
}) {
  const client = useQueryClient()
  const [frozen, setFrozen] = useState<ReadonlySet<string>>(new Set())
  const [isAsking, setAsking] = useState(false)
  const [isMissing, setMissing] = useState(false)
  const draft = useDraft<string>({
    of: `bad ${version.path}`,
    start: '',
    isChanged: typed => typed !== '',
    isOnItsWay: isAsking,
    kept: 'Nothing was marked. What you wrote is there when you open it again.',
  })
  const reason = draft.value
  const { data, error, refetch } = useQuery({
    queryKey: ['reach', version.path],
    queryFn: ({ signal }) =>
      entityArtifacts.reach(api.entity, { kind: 'version', target: version.path, reason: '' }, signal),
    retry: false,
  })
  const marked = data?.versions.filter(one => marksOf(one).some(alias => alias !== 'latest')) ?? []
  const models = data?.versions.filter(one => /model/i.test(one.type)).length ?? 0
  const production = data?.versions.filter(one => one.aliases?.includes('production')).length ?? 0
  const others = (data?.version_count ?? 0) - marked.length
  const readAgain = async (): Promise<void> => {
    await client.invalidateQueries({ queryKey: ['faults', api.entity] })
    await client.invalidateQueries({ queryKey: artifactsKey(api.entity, api.project) })
  }
  const send = async (): Promise<void> => {
    if (reason.trim() === '') return setMissing(true)
    setAsking(true)
    try {
      const fault = await entityArtifacts.mark(api.entity, {
        kind: 'version',
        target: version.path,
        reason: reason.trim(),
        freeze: [...frozen],
      })
      toast({
        text: `${version.name}:${version.version} is marked as bad`,
        icon: 'flag',
        undo: () =>
          void entityArtifacts
            .takeBack(api.entity, fault.id)
            .then(readAgain)
            .catch((error: unknown) =>
              toast({ text: failureOf(error, 'The mark could not be taken back').detail, icon: 'warn' }),
            ),
      })
      draft.drop()
      await readAgain()
      onClose()
    } catch (failure) {
      toast({ text: failureOf(failure, 'It could not be marked').detail, icon: 'warn' })
    }
    setAsking(false)
  }
  return (
    <Drawer
      isOpen
      onClose={onClose}
      title={`Mark ${version.name}:${version.version} as bad`}
      foot={
        <>
          <span className="hint grow">Can be undone for as long as you like</span>
          <Button
            disabled={isAsking}
            onClick={() => {
              draft.discard()
              onClose()
            }}
          >
            Cancel
          </Button>
          <Button kind="destroy" icon="flag" disabled={isAsking || !data} onClick={() => void send()}>
            Mark as bad
          </Button>
        </>
      }
    >
      <div className="mark-bad">
        <div className="field">
          <label htmlFor="bad-reason">What is wrong</label>
          <textarea
            id="bad-reason"
            className="input"
            rows={2}
            value={reason}
            aria-invalid={isMissing && reason.trim() === ''}
            aria-describedby="bad-reason-help"
            onChange={event => draft.set(event.target.value)}
          />
          <span id="bad-reason-help" className={isMissing && reason.trim() === '' ? 'help bad' : 'help'}>
            {isMissing && reason.trim() === ''
              ? 'Say what is wrong: others decide by it what to do.'
              : 'Shown on everything below, and kept in the history.'}
          </span>
        </div>
        {error && !data ? (
          <FailureMessage
            failure={failureOf(error, 'What it reaches could not be read')}
            onRetry={() => void refetch()}
          />
        ) : data ? (
          <>
            <Blast
              runs={data.run_count}
              models={models || data.version_count}
              modelWord={models > 0 ? 'models' : 'versions'}
              production={production}
            />
            <ul className="imp">
              {marked.map(one => {
                const aliases = marksOf(one).filter(alias => alias !== 'latest')
                const names = aliases
                  .map(alias => `${one.entity}/${one.project}/${one.name}:${alias}`)
                  .filter(name => data.protected_aliases.includes(name))
                return (
                  <li key={one.path}>
                    <span className="row">
                      {one.name} {one.version} <Marks small aliases={aliases} />
                    </span>
                    <span className="s">
                      {names.length > 0
                        ? 'While a mark is frozen nobody is served by it, until it moves to a clean version'
                        : 'It is flagged; its marks may move'}
                    </span>
                    {names.length > 0 && (
                      <span className="r">
                        Freeze
                        <Switch
                          label={`Freeze ${aliases.join(', ')} of ${one.name}`}
                          isOn={names.every(name => frozen.has(name))}
                          onChange={on => {
                            const next = new Set(frozen)
                            for (const name of names)
                              if (on) next.add(name)
                              else next.delete(name)
                            setFrozen(next)
                          }}
                        />
                      </span>
                    )}
                  </li>
                )
              })}
              <li>
                <span>
                  {formatCount(Math.max(0, others))} other versions, {formatCount(data.run_count)} runs
                </span>
                <span className="s">They are flagged. Running ones go on.</span>
              </li>
            </ul>
            <p className="hint">
              <Icon name="info" size={12} /> Nothing is deleted. A version is clear again by itself once it is rebuilt
              on one that is not marked.
            </p>
          </>
        ) : (
          <p className="hint" aria-busy="true">
            Looking for everything that was made from it…
          </p>
        )}
      </div>
    </Drawer>
  )
}
