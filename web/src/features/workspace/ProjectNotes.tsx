/** The project's notes, over the page: what it is about, what was decided. The home page shows how they begin. */

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useMemo, useState } from 'react'
import { putAnswer } from '../../data/answers'
import { projects } from '../../data/projects'
import { PanelContext, type PanelServices } from '../../panels/context'
import { useActions } from '../../ui/actions'
import { Button, IconButton } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { failureOf } from '../../ui/failure'
import { InTopBar } from '../../ui/pageSlot'
import { FailureMessage, Loading } from '../../ui/states'
import { useFollow } from '../../ui/useFollow'
import { projectQuery } from '../missing/model'
import type { Session } from './session'

const Notes = lazy(async () => ({ default: (await import('../../panels/notes/Notes')).Notes }))

export function ProjectNotes({ session }: { session: Session }) {
  const [isOpen, setOpen] = useState(false)
  const { project } = session
  useActions(
    () => [
      {
        name: 'project.notes',
        label: `Notes of ${project}`,
        group: 'Anywhere',
        icon: 'file',
        words: 'description about text history',
        perform: () => setOpen(true),
      },
    ],
    [project],
  )
  return (
    <>
      <InTopBar>
        <span className="desk-only">
          <IconButton icon="file" label={`Notes of ${project}`} onClick={() => setOpen(true)} />
        </span>
      </InTopBar>
      {isOpen && <OpenNotes key={session.api.path} session={session} onClose={() => setOpen(false)} />}
    </>
  )
}

function OpenNotes({ session, onClose }: { session: Session; onClose: () => void }) {
  const { api, entity, project } = session
  const client = useQueryClient()
  const query = projectQuery(entity, project)
  const { data, error, isPending, refetch } = useQuery({ ...query, staleTime: 0 })
  const follow = useFollow()
  const services = useMemo<PanelServices>(
    () => ({
      follow,
      store: session.store,
      loader: session.loader,
      hover: session.hover,
      read: api.readSeries,
      scroller: null,
      api,
      entity,
      project,
    }),
    [session, api, entity, project, follow],
  )
  const of = useMemo(
    () => ({ path: api.path, notesHistory: (signal?: AbortSignal) => projects.notesHistory(entity, project, signal) }),
    [api, entity, project],
  )
  return (
    <Dialog isOpen onClose={onClose} title={`Notes of ${project}`} isTitleHidden className="project-notes">
      {error && !data ? (
        <FailureMessage failure={failureOf(error, 'The notes could not be read')} onRetry={() => void refetch()} />
      ) : (
        <Loading isLoading={isPending} skeleton={<p className="hint">Reading…</p>}>
          {() =>
            data && (
              <PanelContext value={services}>
                <Suspense fallback={<p>{data.description}</p>}>
                  <Notes
                    of={of}
                    notes={data.description}
                    hint="What the project is about, what was decided, where to look first."
                    canEdit={data.role !== 'viewer'}
                    onSave={async (notes, known) => {
                      const after = await projects.describe(entity, project, notes, known)
                      await putAnswer(client, query.queryKey, () => after)
                      void client.invalidateQueries({ queryKey: ['projects'] })
                    }}
                    onRead={async () => (await client.fetchQuery({ ...query, staleTime: 0 })).description}
                  />
                </Suspense>
              </PanelContext>
            )
          }
        </Loading>
      )}
      <div className="acts row right">
        <Button onClick={onClose}>Close</Button>
      </div>
    </Dialog>
  )
}
