/** Notes of a run or a project: Markdown, edited in place, with what they said before. */

import { lazy, Suspense, useRef, useState } from 'react'
import { IconButton } from '../../ui/Button'
import { cx } from '../../ui/cx'
import { failureOf } from '../../ui/failure'
import { toast } from '../../ui/toasts'
import { useFocusAfter } from '../../ui/useFocusBack'
import { WriteBox } from '../comments/WriteBox'
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
}: {
  of: Noted
  /** What they say now. */
  notes: string
  /** Where they say nothing yet. */
  hint: string
  canEdit?: boolean
  className?: string
  /** Raises what went wrong. */
  onSave: (notes: string) => Promise<void>
}) {
  const [isEditing, setEditing] = useState(false)
  const pencil = useRef<HTMLButtonElement>(null)
  useFocusAfter(isEditing, pencil)
  const [isHistory, setHistory] = useState(false)
  const save = async (text: string): Promise<boolean> => {
    try {
      await onSave(text)
      setEditing(false)
      return true
    } catch (error) {
      toast({ icon: 'error', text: `The notes were not saved: ${failureOf(error, '').detail}` })
      return false
    }
  }
  const restore = async (text: string) => {
    setHistory(false)
    if (await save(text)) toast({ icon: 'check', text: 'The earlier notes are back', undo: () => void save(notes) })
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
      {!isEditing && !notes && <p className="hint notes">{hint}</p>}
      {!isEditing && notes && (
        <div className="notes">
          <Suspense fallback={<p>{notes}</p>}>
            <MarkdownText text={notes} isNear />
          </Suspense>
        </div>
      )}
      {isEditing && (
        <div className="notes">
          <WriteBox
            label="Notes"
            text={notes}
            send="Save notes"
            rows={6}
            hasFocus
            onSend={save}
            onCancel={() => setEditing(false)}
          />
        </div>
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
