/** Notes of a run or a project: Markdown, edited in place, with what they said before. */

import { lazy, Suspense, useRef, useState } from 'react'
import { Button, IconButton } from '../../ui/Button'
import { cx } from '../../ui/cx'
import { failureOf } from '../../ui/failure'
import { toast } from '../../ui/toasts'
import { useHasDraft } from '../../ui/drafts'
import { useFocusAfter } from '../../ui/useFocusBack'
import { MentionArea } from '../comments/MentionArea'
import { usePanelServices } from '../context'
import { notesDraftOf, useNotesDraft } from './draft'
import { NotesMet } from './NotesMet'
import { type Noted, NotesHistory } from './NotesHistory'
import './notes.css'

const MarkdownText = lazy(async () => ({ default: (await import('../markdown/Text')).MarkdownText }))

export function Notes({
  of,
  notes,
  hint,
  canEdit = true,
  className,
  onSave,
  onRead,
}: {
  of: Noted
  /** What they say now. */
  notes: string
  /** Where they say nothing yet. */
  hint: string
  canEdit?: boolean
  className?: string
  /** Keeps `notes` if they still say `known`; raises what went wrong. */
  onSave: (notes: string, known: string) => Promise<void>
  /** Reads them again. */
  onRead: () => Promise<string>
}) {
  const [isEditing, setEditing] = useState(false)
  const pencil = useRef<HTMLButtonElement>(null)
  useFocusAfter(isEditing, pencil)
  const [isHistory, setHistory] = useState(false)
  const isUnsaved = useHasDraft(notesDraftOf(of.path))
  const put = async (text: string, known: string): Promise<boolean> => {
    try {
      await onSave(text, known)
      return true
    } catch (error) {
      toast({ icon: 'error', text: `The notes were not saved: ${failureOf(error, '').detail}` })
      await onRead().catch(() => '') // so that the page shows what is in the way
      return false
    }
  }
  const restore = async (text: string) => {
    setHistory(false)
    if (await put(text, notes))
      toast({ icon: 'check', text: 'The earlier notes are back', undo: () => void put(notes, text) })
  }
  return (
    <section className={cx('panel fix', className)} aria-label="Notes">
      <header className="panel-h">
        <h2 className="title">Notes</h2>
        <span className="tools">
          {!isEditing && (
            <IconButton small icon="history" label="History of the notes" onClick={() => setHistory(true)} />
          )}
          {!isEditing && canEdit && (
            <IconButton ref={pencil} small icon="edit" label="Edit the notes" onClick={() => setEditing(true)} />
          )}
        </span>
      </header>
      {!isEditing && canEdit && isUnsaved && (
        <p className="notes-met row g3">
          What you wrote here is not saved.
          <Button small icon="edit" onClick={() => setEditing(true)}>
            Go on writing
          </Button>
        </p>
      )}
      {!isEditing && !notes && <p className="hint notes">{hint}</p>}
      {!isEditing && notes && (
        <div className="notes">
          <Suspense fallback={<p>{notes}</p>}>
            <MarkdownText text={notes} isNear />
          </Suspense>
        </div>
      )}
      {isEditing && (
        <Editing key={of.path} path={of.path} notes={notes} onSave={onSave} onRead={onRead} onEdit={setEditing} />
      )}
      {isHistory && (
        <NotesHistory
          of={of}
          notes={notes}
          canRestore={canEdit}
          onRestore={text => void restore(text)}
          onClose={() => setHistory(false)}
        />
      )}
    </section>
  )
}

function Editing({
  path,
  notes,
  onSave,
  onRead,
  onEdit,
}: {
  path: string
  notes: string
  onSave: (notes: string, known: string) => Promise<void>
  onRead: () => Promise<string>
  onEdit: (isEditing: boolean) => void
}) {
  const project = usePanelServices().api.path
  const close = (): void => onEdit(false)
  const draft = useNotesDraft({ path, notes, save: onSave, read: onRead, onSaved: close })
  return (
    <form
      className="notes write-box"
      onSubmit={event => {
        event.preventDefault()
        void draft.send()
      }}
    >
      <NotesMet draft={draft} />
      <MentionArea
        className="input"
        path={project}
        rows={6}
        aria-label="Notes"
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- the reader asked for it with a key
        autoFocus
        // What is typed meanwhile would go with what was sent.
        readOnly={draft.isSending}
        // Who changes a text goes on at its end.
        onFocus={event => draft.typed === notes && event.target.setSelectionRange(notes.length, notes.length)}
        data-escape="own"
        value={draft.typed}
        onChange={draft.setTyped}
        onKeyDown={event => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void draft.send()
          else if (event.key === 'Escape') {
            event.stopPropagation()
            close()
          }
        }}
      />
      <span className="row g3">
        <Button small type="submit" disabled={!draft.canSend}>
          {draft.sendLabel}
        </Button>
        <Button
          small
          kind="ghost"
          disabled={draft.isSending}
          onClick={() => {
            draft.discard(() => onEdit(true))
            close()
          }}
        >
          Cancel
        </Button>
      </span>
    </form>
  )
}
