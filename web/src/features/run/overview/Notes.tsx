/** Notes of the run: Markdown, edited in place. */

import { useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { PanelContext } from '../../../panels/context'
import { Button, IconButton } from '../../../ui/Button'
import { failureOf } from '../../../ui/failure'
import { toast } from '../../../ui/toasts'
import { useRunPlace, wholeRunKey } from '../useRun'
import { NotesHistory } from './NotesHistory'
import { useServices } from './OverviewCharts'

const MarkdownText = lazy(async () => ({ default: (await import('../../../panels/markdown/Text')).MarkdownText }))

export function Notes() {
  const place = useRunPlace()
  const { session, run } = place
  const services = useServices(place, null)
  const client = useQueryClient()
  const [draft, setDraft] = useState<string | null>(null)
  const [isHistory, setHistory] = useState(false)
  const key = wholeRunKey(session.entity, session.project, session.run)
  const save = async (notes: string): Promise<boolean> => {
    try {
      client.setQueryData(key, await session.api.edit({ notes }))
      setDraft(null)
      return true
    } catch (error) {
      toast({ icon: 'error', text: `The notes were not saved: ${failureOf(error, '').detail}` })
      return false
    }
  }
  const restore = async (notes: string) => {
    const before = run.notes
    setHistory(false)
    if (await save(notes)) toast({ icon: 'check', text: 'The earlier notes are back', undo: () => void save(before) })
  }
  return (
    <section className="panel fix o9" aria-label="Notes">
      <header className="panel-h">
        <h2 className="title">Notes</h2>
        <span className="tools">
          {draft === null && (
            <IconButton small icon="history" label="History of the notes" onClick={() => setHistory(true)} />
          )}
          {draft === null && (
            <IconButton small icon="edit" label="Edit the notes" onClick={() => setDraft(run.notes)} />
          )}
        </span>
      </header>
      {draft === null && !run.notes && <p className="hint notes">What was tried, and why.</p>}
      {draft === null && run.notes && (
        <div className="notes">
          <PanelContext value={services}>
            <Suspense fallback={<p>{run.notes}</p>}>
              <MarkdownText text={run.notes} isNear />
            </Suspense>
          </PanelContext>
        </div>
      )}
      {draft !== null && (
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
      {isHistory && (
        <NotesHistory
          api={session.api}
          notes={run.notes}
          onRestore={text => void restore(text)}
          onClose={() => setHistory(false)}
        />
      )}
    </section>
  )
}
