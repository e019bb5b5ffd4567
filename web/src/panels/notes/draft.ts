/** Notes while they are written: what is typed stays until the server has it, and what others saved meanwhile is met, not lost. */

import { useEffect, useRef, useState } from 'react'
import { useDraft } from '../../ui/drafts'
import { failureOf, statusOf } from '../../ui/failure'
import { toast } from '../../ui/toasts'

/** What the server says the notes became while others were typed. */
export interface Met {
  text: string
  user: string
  timeS: number
}

interface Writing {
  /** What they said when it began, or when theirs were met. */
  base: string
  typed: string
  met: Met | null
  /** What was typed before theirs were taken. */
  laidAway: string | null
}

export interface NotesDraft {
  typed: string
  setTyped: (text: string) => void
  isSending: boolean
  canSend: boolean
  /** The words on the button. */
  sendLabel: string
  send: () => Promise<void>
  /** Set once a save was refused. */
  met: Met | null
  /** It was written before the editor opened, and not saved. */
  isFound: boolean
  /** They were changed already since the writing began; nothing was sent yet. */
  isBehind: boolean
  takeTheirs: () => void
  /** Theirs below what was typed. */
  addTheirs: () => void
  /** What was typed before theirs were taken comes back; null: nothing was laid away. */
  bringBack: (() => void) | null
  /** Throws away what was typed; `reopen` is for who wants it back. */
  discard: (reopen?: () => void) => void
}

/** The name of what is being written. `path`: of what has the notes. */
export const notesDraftOf = (path: string): string => `notes ${path}`

export function useNotesDraft({
  path,
  notes,
  save,
  read,
  onSaved,
}: {
  /** Of what has the notes. */
  path: string
  /** What they say now, as far as the page knows. */
  notes: string
  /** Keeps `text` if they still say `known`; raises what went wrong. */
  save: (text: string, known: string) => Promise<void>
  /** What they say on the server. */
  read: () => Promise<string>
  /** Not called when the editor is gone by then. */
  onSaved: () => void
}): NotesDraft {
  const [start] = useState<Writing>({ base: notes, typed: notes, met: null, laidAway: null })
  const [isSending, setSending] = useState(false)
  const isOpen = useIsOpen()
  const draft = useDraft<Writing>({
    of: notesDraftOf(path),
    start,
    isChanged: ({ base, typed, met, laidAway }) => typed !== base || met !== null || laidAway !== null,
    isOnItsWay: isSending,
    kept: 'The notes are not saved. What you wrote is there when you edit them again.',
  })
  const { base, typed, met, laidAway } = draft.value
  const canSend = !isSending && typed !== base
  const set = (changes: Partial<Writing>): void => draft.set({ ...draft.value, ...changes })
  const failed = (error: unknown): void => {
    toast({ icon: 'error', text: `The notes were not saved: ${failureOf(error, '').detail}` })
  }
  const meet = async (fields: Record<string, unknown>): Promise<void> => {
    if (!isOpen.current) {
      toast({ icon: 'error', text: 'The notes were not saved: somebody saved others. Edit them again to see both.' })
      return
    }
    const text = await read()
    const user = typeof fields.user === 'string' ? fields.user : ''
    // The next save is over what is shown from now on.
    set({ base: text, laidAway: null, met: { text, user, timeS: Number(fields.time ?? 0) } })
  }
  const send = async (): Promise<void> => {
    if (!canSend) return
    setSending(true)
    try {
      await save(typed, base)
      draft.drop()
      if (isOpen.current) onSaved()
    } catch (error) {
      if (statusOf(error) === 409)
        await meet((error as { fields?: Record<string, unknown> }).fields ?? {}).catch(failed)
      else failed(error)
    }
    setSending(false)
  }
  return {
    typed,
    setTyped: text => set({ typed: text }),
    isSending,
    canSend,
    sendLabel: met && laidAway === null ? 'Save yours over it' : 'Save notes',
    send,
    met,
    isFound: draft.isFound,
    isBehind: !isSending && notes !== base && notes !== typed,
    takeTheirs: () => set({ laidAway: typed, typed: met?.text ?? base }),
    addTheirs: () => set({ typed: `${typed.trimEnd()}\n\n${met?.text ?? ''}` }),
    bringBack: laidAway === null ? null : () => set({ typed: laidAway, laidAway: null }),
    discard: draft.discard,
  }
}

/** Whether what asks is still on the page, for what ends later. */
function useIsOpen(): { readonly current: boolean } {
  const isOpen = useRef(true)
  useEffect(() => {
    isOpen.current = true
    return () => {
      isOpen.current = false
    }
  }, [])
  return isOpen
}
