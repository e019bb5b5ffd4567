/** Notes of the run, edited in place. */

import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Button, IconButton } from '../../../ui/Button'
import { failureOf } from '../../../ui/failure'
import { toast } from '../../../ui/toasts'
import { useRunPlace, wholeRunKey } from '../useRun'

export function Notes() {
  const { session, run } = useRunPlace()
  const client = useQueryClient()
  const [draft, setDraft] = useState<string | null>(null)
  const key = wholeRunKey(session.entity, session.project, session.run)
  const save = async (notes: string) => {
    try {
      client.setQueryData(key, await session.api.edit({ notes }))
      setDraft(null)
    } catch (error) {
      toast({ icon: 'error', text: `The notes were not saved: ${failureOf(error, '').detail}` })
    }
  }
  return (
    <section className="panel fix o9" aria-label="Notes">
      <header className="panel-h">
        <h2 className="title">Notes</h2>
        <span className="tools">
          {draft === null && (
            <IconButton small icon="edit" label="Edit the notes" onClick={() => setDraft(run.notes)} />
          )}
        </span>
      </header>
      {draft === null ? (
        <p className={run.notes ? 'notes' : 'hint notes'}>{run.notes || 'What was tried, and why.'}</p>
      ) : (
        <form
          className="notes"
          onSubmit={event => {
            event.preventDefault()
            void save(draft)
          }}
        >
          <textarea
            className="input"
            rows={6}
            aria-label="Notes"
            // oxlint-disable-next-line jsx-a11y/no-autofocus
            autoFocus
            value={draft}
            onChange={event => setDraft(event.target.value)}
            onKeyDown={event => {
              if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void save(draft)
              if (event.key === 'Escape') setDraft(null)
            }}
          />
          <span className="row g3">
            <Button small type="submit">
              Save notes
            </Button>
            <Button small kind="ghost" onClick={() => setDraft(null)}>
              Cancel
            </Button>
          </span>
        </form>
      )}
    </section>
  )
}
