/** Small places to work in: tags of many runs, a group or job type to move them to, the notes of one. */

import { useEffect, useMemo, useRef, useState } from 'react'
import { pathOf } from '../../../data/client'
import { addedTags, keyedTag, tagOptions, withTag } from '../../../ui/tags'
import { Button } from '../../../ui/Button'
import { Combo } from '../../../ui/Combo'
import { Drawer } from '../../../ui/Dialog'
import { Icon } from '../../../ui/icons'
import { TagText } from '../../../ui/TagText'
import { toast } from '../../../ui/toasts'
import { MentionArea } from '../../../panels/comments/MentionArea'
import { useNotesDraft } from '../../../panels/notes/draft'
import { NotesMet } from '../../../panels/notes/NotesMet'
import '../../../panels/notes/notes.css'
import type { Session } from '../session'
import type { Task } from './BulkBar'
import { editRuns, namesOf, saveNotes } from './edits'
import { useTagPage, useValues } from './useKeys'

export function TagsTask({ session, ids, onDone }: { session: Session; ids: readonly string[]; onDone: () => void }) {
  const [typed, setTyped] = useState('')
  const known = useTagPage(session.runs, true)
  const runs = ids.map(id => session.list.find(id)).filter(run => run !== undefined)
  const [added, setAdded] = useState<readonly string[]>([])
  const [removed, setRemoved] = useState<readonly string[]>([])
  const counts = useMemo(() => {
    const counts = new Map<string, number>()
    for (const run of runs) for (const tag of run.tags) counts.set(tag, (counts.get(tag) ?? 0) + 1)
    return counts
    // oxlint-disable-next-line react/exhaustive-deps -- as they were when it opened
  }, [ids])
  const add = (text: string): void => {
    if (text.endsWith(':')) {
      setTyped(text) // a key: its values are offered next
      return
    }
    const tags = text
      .split(',')
      .map(tag => tag.trim())
      .filter(tag => tag !== '' && !added.includes(tag))
    setAdded(tags.reduce<readonly string[]>(withTag, added))
    setRemoved(removed.filter(tag => !tags.includes(tag)))
    setTyped('')
  }
  const addedKeys = new Set(added.map(tag => keyedTag(tag)?.key).filter(key => key !== undefined))
  const isReplaced = (tag: string): boolean => !added.includes(tag) && addedKeys.has(keyedTag(tag)?.key ?? '')
  const shown = [...new Set([...counts.keys(), ...added])].filter(tag => !removed.includes(tag) && !isReplaced(tag))
  const wanted = [...new Set([...added, ...typed.split(',').map(tag => tag.trim())])].filter(tag => tag !== '')
  const isChanged = wanted.length > 0 || removed.length > 0
  const { send, isSending, reason } = useTask(onDone)
  const save = (): void => {
    if (!isChanged) onDone()
    else
      void send(() =>
        editRuns(session, ids, { ...addedTags(wanted), remove_tags: [...removed] }, saidOf(wanted, removed)),
      )
  }
  return (
    <form
      className="task"
      onSubmit={event => {
        event.preventDefault()
        save()
      }}
    >
      <h2>Tags of {ids.length === 1 ? namesOf(session, ids) : `${ids.length} runs`}</h2>
      <div className="task-tags">
        {shown.map(tag => {
          const count = counts.get(tag) ?? 0
          const isPart = count > 0 && count < runs.length && !added.includes(tag)
          return (
            <span key={tag} className="tag" title={isPart ? `On ${count} of ${runs.length}` : undefined}>
              <TagText tag={tag} />
              {isPart && (
                <button type="button" className="link" aria-label={`${tag} to all`} onClick={() => add(tag)}>
                  {count}/{runs.length}
                </button>
              )}
              <button
                type="button"
                className="x"
                aria-label={`Take ${tag} away`}
                onClick={() => {
                  setAdded(added.filter(other => other !== tag))
                  if (counts.has(tag)) setRemoved([...removed, tag])
                }}
              >
                <Icon name="close" size={10} />
              </button>
            </span>
          )
        })}
        {shown.length === 0 && <span className="hint">No tags yet</span>}
      </div>
      <Combo
        label="Add a tag"
        placeholder="Add a tag, or key:value"
        value={typed}
        options={tagOptions(known, typed).filter(({ value }) => !shown.includes(value))}
        autoFocus
        onChange={setTyped}
        onPick={add}
        onSubmit={() => {
          if (typed.trim() !== '') add(typed)
          else save()
        }}
      />
      <Foot {...{ isSending, reason, isChanged }} onCancel={onDone} label="Save tags" />
    </form>
  )
}

const saidOf = (added: readonly string[], removed: readonly string[]): string =>
  [
    added.length > 0 && `Tagged ${added.join(', ')}`,
    removed.length > 0 && `${added.length > 0 ? 'untagged' : 'Untagged'} ${removed.join(', ')}`,
  ]
    .filter(Boolean)
    .join(', ')

export function FieldTask({
  session,
  ids,
  field,
  onDone,
}: {
  session: Session
  ids: readonly string[]
  field: 'group' | 'job_type'
  onDone: () => void
}) {
  const first = session.list.find(ids[0] ?? '')?.[field] ?? ''
  const [typed, setTyped] = useState(ids.length === 1 ? first : '')
  const values = useValues(session.runs, field, true)
  const word = field === 'group' ? 'group' : 'job type'
  const { send, isSending, reason } = useTask(onDone)
  const save = (): void => {
    const said =
      typed.trim() === '' ? `No ${word}` : field === 'group' ? `Moved to ${typed.trim()}` : `Job type ${typed.trim()}`
    void send(() => editRuns(session, ids, { [field]: typed.trim() }, said))
  }
  return (
    <form
      className="task"
      onSubmit={event => {
        event.preventDefault()
        save()
      }}
    >
      <h2>
        {field === 'group' ? 'Move to group' : 'Job type'}:{' '}
        {ids.length === 1 ? namesOf(session, ids) : `${ids.length} runs`}
      </h2>
      <Combo
        label={`Name of the ${word}`}
        placeholder={`Name of the ${word}; empty for none`}
        value={typed}
        options={values}
        autoFocus
        isWhole={typed === first}
        onChange={setTyped}
        onSubmit={save}
      />
      <Foot
        {...{ isSending, reason }}
        isChanged={typed.trim() !== first || ids.length > 1}
        onCancel={onDone}
        label={field === 'group' ? 'Move runs' : 'Set job type'}
      />
    </form>
  )
}

/** The form stays, with what was typed and the reason, until the server took it. */
function useTask(onDone: () => void) {
  const [reason, setReason] = useState('')
  const [isSending, setSending] = useState(false)
  const isOpen = useRef(true)
  useEffect(() => {
    isOpen.current = true
    return () => {
      isOpen.current = false
    }
  }, [])
  /** `work` answers why it was not done. */
  const send = async (work: () => Promise<string>): Promise<void> => {
    if (isSending) return
    setSending(true)
    setReason('')
    const why = await work()
    if (!isOpen.current) {
      if (why) toast({ text: `The runs were not changed. ${why}`, icon: 'error' })
      return
    }
    setSending(false)
    setReason(why)
    if (!why) onDone()
  }
  return { send, isSending, reason }
}

function Foot({
  isChanged,
  isSending,
  reason,
  onCancel,
  label,
}: {
  isChanged: boolean
  isSending: boolean
  reason: string
  onCancel: () => void
  label: string
}) {
  return (
    <>
      {reason && (
        <p className="help bad" role="alert">
          The runs were not changed. {reason}
        </p>
      )}
      <div className="task-f">
        <Button kind="ghost" small onClick={onCancel}>
          Cancel
        </Button>
        <Button small type="submit" disabled={!isChanged || isSending}>
          {label}
        </Button>
      </div>
    </>
  )
}

export function NotesTask({
  session,
  id,
  onDone,
  onReopen,
}: {
  session: Session
  id: string
  onDone: () => void
  onReopen: () => void
}) {
  const run = session.list.find(id)
  const draft = useNotesDraft({
    path: `${session.api.path}/runs/${pathOf(id)}`,
    notes: run?.notes ?? '',
    save: (text, known) => saveNotes(session, id, text, known),
    read: async () => (await session.api.run(id)).notes,
    onSaved: onDone,
  })
  return (
    <Drawer
      isOpen
      onClose={onDone}
      title={`Notes of ${run?.name ?? id}`}
      foot={
        <>
          <span className="hint">Markdown</span>
          <span className="right row-g">
            <Button
              kind="ghost"
              disabled={draft.isSending}
              onClick={() => {
                draft.discard(onReopen)
                onDone()
              }}
            >
              Cancel
            </Button>
            <Button disabled={!draft.canSend} onClick={() => void draft.send()}>
              {draft.sendLabel}
            </Button>
          </span>
        </>
      }
    >
      <NotesMet draft={draft} />
      <MentionArea
        className="notes-field"
        path={session.api.path}
        aria-label="Notes"
        autoFocus
        readOnly={draft.isSending}
        value={draft.typed}
        placeholder="What was tried, what came out"
        onChange={draft.setTyped}
        onKeyDown={event => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void draft.send()
        }}
      />
    </Drawer>
  )
}

export type { Task }
