/** What notes said before: who wrote it, when, and the way back to it. */

import { useQuery } from '@tanstack/react-query'
import type { NoteChange } from '../../data/run'
import { Ago } from '../../ui/Ago'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { failureOf } from '../../ui/failure'
import { FailureMessage, Loading } from '../../ui/states'
import { useNow } from '../../ui/useNow'

/** What has notes. */
export interface Noted {
  path: string
  notesHistory: (signal?: AbortSignal) => Promise<NoteChange[]>
}

export function NotesHistory({
  of,
  notes,
  canRestore,
  onRestore,
  onClose,
}: {
  of: Noted
  /** What they say now. */
  notes: string
  canRestore: boolean
  onRestore: (text: string) => void
  onClose: () => void
}) {
  const nowS = useNow(60_000)
  const query = useQuery({
    queryKey: ['notes-history', of.path],
    queryFn: ({ signal }) => of.notesHistory(signal),
    staleTime: 0,
  })
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="History of the notes"
      description="What they said, newest first. Restoring writes a version anew; nothing is lost by it."
      className="notes-history-dialog"
    >
      {query.error && !query.data ? (
        <FailureMessage
          failure={failureOf(query.error, 'The history could not be read')}
          onRetry={() => void query.refetch()}
        />
      ) : (
        <Loading isLoading={query.isPending} skeleton={<p className="hint">Reading…</p>}>
          {() =>
            query.data?.length ? (
              <ul className="notes-history">
                {query.data.map((version, i) => (
                  // oxlint-disable-next-line react/no-array-index-key -- versions have no name; they only grow at the top
                  <li key={`${version.time}-${query.data.length - i}`}>
                    <span className="t3">
                      {version.user || 'Somebody'}, <Ago atS={version.time} nowS={nowS} />
                    </span>
                    {i === 0 ? (
                      <span className="tag">now</span>
                    ) : (
                      canRestore && (
                        <Button small disabled={version.text === notes} onClick={() => onRestore(version.text)}>
                          Restore
                        </Button>
                      )
                    )}
                    <p>{version.text || 'Empty'}</p>
                  </li>
                ))}
              </ul>
            ) : (
              <p className="hint">They were written once and never changed.</p>
            )
          }
        </Loading>
      )}
    </Dialog>
  )
}
