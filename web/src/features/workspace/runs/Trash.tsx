/** Deleted runs: restored for 30 days, or purged now, which takes the project's name. */

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { formatAbout, formatAge, formatCount } from '../../../charts/number'
import { Button } from '../../../ui/Button'
import { Checkbox, Field } from '../../../ui/controls'
import { Dialog, Drawer } from '../../../ui/Dialog'
import { failureOf } from '../../../ui/failure'
import { formatSize, plural } from '../../../ui/format'
import { Bone, FailureMessage, Loading, Message } from '../../../ui/states'
import { toast } from '../../../ui/toasts'
import { useNow } from '../../../ui/useNow'
import type { Run } from '../../../data/project'
import type { Session } from '../session'
import { restoreRuns } from './edits'

const SHOWN_MAX = 500
const KEPT_DAYS = 30
/** Aliases that the purge names. */
const NAMED_MAX = 5

type TrashRun = Run & { deleted_at?: number }

export function Trash({ session, onClose }: { session: Session; onClose: () => void }) {
  const client = useQueryClient()
  const now = useNow(60_000)
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set())
  const [isPurging, setPurging] = useState(false)
  const queryKey = ['trash', session.api.path]
  const trash = useQuery({
    queryKey,
    queryFn: ({ signal }) => session.runs.query({ trash: true, sort: [], limit: SHOWN_MAX }, signal),
    staleTime: 0,
  })
  const runs = (trash.data?.runs ?? []) as TrashRun[]
  const total = trash.data?.total ?? 0
  const ids = runs.filter(run => picked.has(run.id)).map(run => run.id)
  const done = async (): Promise<void> => {
    setPicked(new Set())
    await client.invalidateQueries({ queryKey })
    await client.invalidateQueries({ queryKey: ['run-count'] })
  }
  return (
    <Drawer
      isOpen
      onClose={onClose}
      title={`Trash${total > 0 ? `, ${plural(total, 'run')}` : ''}`}
      foot={
        <>
          <span className="hint">{ids.length > 0 ? `${ids.length} chosen` : `Kept for ${KEPT_DAYS} d`}</span>
          <span className="right row-g">
            <Button kind="danger" disabled={ids.length === 0} onClick={() => setPurging(true)}>
              Purge
            </Button>
            <Button icon="undo" disabled={ids.length === 0} onClick={() => void restoreRuns(session, ids).then(done)}>
              Restore {ids.length > 1 ? `${ids.length} runs` : 'run'}
            </Button>
          </span>
        </>
      }
    >
      {trash.isError ? (
        <FailureMessage
          failure={failureOf(trash.error, 'The trash could not be read')}
          onRetry={() => void trash.refetch()}
        />
      ) : (
        <Loading isLoading={trash.isPending} skeleton={<Bone width="60%" height={10} />}>
          {() =>
            runs.length === 0 ? (
              <Message icon="trash" title="The trash is empty">
                <span>Deleted runs stay here for {KEPT_DAYS} days.</span>
              </Message>
            ) : (
              <ul className="trash-list">
                <li className="cap">
                  <Checkbox
                    label="Choose all"
                    value={ids.length === 0 ? false : ids.length === runs.length ? true : 'mixed'}
                    onChange={isAll => setPicked(new Set(isAll ? runs.map(run => run.id) : []))}
                  />
                  <span className="grow">Run</span>
                  <span>Deleted</span>
                  <span>Purged in</span>
                </li>
                {runs.map(run => {
                  const goneIn = (run.deleted_at ?? now) + KEPT_DAYS * 86_400 - now
                  return (
                    <li key={run.id}>
                      <Checkbox
                        label={run.name}
                        value={picked.has(run.id)}
                        onChange={isPicked => {
                          const next = new Set(picked)
                          if (isPicked) next.add(run.id)
                          else next.delete(run.id)
                          setPicked(next)
                        }}
                      />
                      <span className="grow cut b">{run.name}</span>
                      <span className="num">{run.deleted_at ? formatAge(now - run.deleted_at) : ''}</span>
                      <span className="num">{goneIn > 0 ? formatAge(goneIn) : 'soon'}</span>
                    </li>
                  )
                })}
                {total > runs.length && (
                  <li className="hint">
                    The first {formatCount(runs.length)} of {formatCount(total)}.
                  </li>
                )}
              </ul>
            )
          }
        </Loading>
      )}
      {isPurging && (
        <PurgeDialog
          session={session}
          runs={runs.filter(run => picked.has(run.id))}
          onClose={() => setPurging(false)}
          onPurged={() => {
            setPurging(false)
            void done()
          }}
        />
      )}
    </Drawer>
  )
}

function PurgeDialog({
  session,
  runs,
  onClose,
  onPurged,
}: {
  session: Session
  runs: readonly TrashRun[]
  onClose: () => void
  onPurged: () => void
}) {
  const [typed, setTyped] = useState('')
  const [fault, setFault] = useState<string | undefined>(undefined)
  const [isBusy, setBusy] = useState(false)
  const ids = runs.map(run => run.id)
  const noun = ids.length === 1 ? 'run' : `${formatCount(ids.length)} runs`
  const purge = async (): Promise<void> => {
    setBusy(true)
    try {
      const { count, value_count, file_bytes } = await session.runs.purge(ids)
      const gone = `${formatAbout(value_count)} values and ${formatSize(file_bytes)} of files`
      toast({ text: `Purged ${count} ${count === 1 ? 'run' : 'runs'}: ${gone}`, icon: 'trash' })
      onPurged()
    } catch (error) {
      setFault(failureOf(error, 'Nothing was purged').detail)
      setBusy(false)
    }
  }
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={`Purge ${noun} from ${session.project}?`}
      className="purge"
      description={<PurgeText runs={runs} />}
    >
      <WhatGoes session={session} ids={ids} />
      <form
        onSubmit={event => {
          event.preventDefault()
          if (typed === session.project && !isBusy) void purge()
        }}
      >
        <Field
          label={`Type ${session.project} to go on`}
          value={typed}
          autoFocus
          error={fault}
          onChange={event => setTyped(event.target.value)}
        />
        <div className="acts">
          <Button kind="ghost" onClick={onClose}>
            Cancel
          </Button>
          <Button kind="destroy" type="submit" disabled={typed !== session.project || isBusy}>
            Purge {noun}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function PurgeText({ runs }: { runs: readonly TrashRun[] }) {
  const names = runs
    .slice(0, 3)
    .map(run => run.name)
    .join(', ')
  const more = runs.length > 3 ? ` and ${runs.length - 3} more` : ''
  return (
    <>
      All points, files and console lines of{' '}
      <b className="b">
        {names}
        {more}
      </b>{' '}
      are removed now and cannot be brought back.
    </>
  )
}

/** What there would be less of afterwards, and what would hang in the air. */
function WhatGoes({ session, ids }: { session: Session; ids: readonly string[] }) {
  const { data, error } = useQuery({
    queryKey: ['purge-preview', session.api.path, ids],
    queryFn: ({ signal }) => session.runs.previewPurge(ids, signal),
    staleTime: 0,
  })
  if (error) return <p className="help bad">{failureOf(error, '').detail} What goes could not be counted.</p>
  if (!data) return <p className="hint">Counting what goes…</p>
  const { value_count, file_bytes, version_count, alias_count, aliases } = data
  const named = aliases.slice(0, NAMED_MAX)
  return (
    <ul className="purge-what" aria-label="What goes">
      <li>
        <b className="b">{formatAbout(value_count)}</b> values and <b className="b">{formatSize(file_bytes)}</b> of
        files are freed.
      </li>
      {version_count > 0 && (
        <li>
          <b className="b">{plural(version_count, 'version')}</b> of artifacts {version_count === 1 ? 'stays' : 'stay'}{' '}
          without the run that made {version_count === 1 ? 'it' : 'them'}.
        </li>
      )}
      {alias_count > 0 && (
        <li>
          In use among them:{' '}
          {named.map((alias, i) => (
            <span key={alias}>
              {i > 0 && ', '}
              <code>{alias}</code>
            </span>
          ))}
          {alias_count > named.length && ` and ${formatCount(alias_count - named.length)} more`}.
        </li>
      )}
    </ul>
  )
}
