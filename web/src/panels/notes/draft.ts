/** Notes while they are written: what is typed stays until the server has it, and what others saved meanwhile is met, not lost. */

import { useState } from 'react'
import { failureOf, statusOf } from '../../ui/failure'
import { toast } from '../../ui/toasts'

/** What the server says the notes became while others were typed. */
export interface Met {
  text: string
  user: string
  timeS: number
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
  /** They were changed already since the writing began; nothing was sent yet. */
  isBehind: boolean
  takeTheirs: () => void
  /** Theirs below what was typed. */
  addTheirs: () => void
  /** What was typed before theirs were taken comes back; null: nothing was laid away. */
  bringBack: (() => void) | null
}

export function useNotesDraft({
  notes,
  save,
  read,
  onSaved,
}: {
  /** What they say now, as far as the page knows. */
  notes: string
  /** Keeps `text` if they still say `known`; raises what went wrong. */
  save: (text: string, known: string) => Promise<void>
  /** What they say on the server. */
  read: () => Promise<string>
  onSaved: () => void
}): NotesDraft {
  const [base, setBase] = useState(notes)
  const [typed, setTyped] = useState(notes)
  const [met, setMet] = useState<Met | null>(null)
  const [laidAway, setLaidAway] = useState<string | null>(null)
  const [isSending, setSending] = useState(false)
  const canSend = !isSending && typed !== base
  const failed = (error: unknown): void => {
    toast({ icon: 'error', text: `The notes were not saved: ${failureOf(error, '').detail}` })
  }
  const meet = async (fields: Record<string, unknown>): Promise<void> => {
    const text = await read()
    // The next save is over what is shown from now on.
    setBase(text)
    setLaidAway(null)
    setMet({ text, user: typeof fields.user === 'string' ? fields.user : '', timeS: Number(fields.time ?? 0) })
  }
  const send = async (): Promise<void> => {
    if (!canSend) return
    setSending(true)
    try {
      await save(typed, base)
      onSaved()
    } catch (error) {
      if (statusOf(error) === 409)
        await meet((error as { fields?: Record<string, unknown> }).fields ?? {}).catch(failed)
      else failed(error)
    }
    setSending(false)
  }
  return {
    typed,
    setTyped,
    isSending,
    canSend,
    sendLabel: met && laidAway === null ? 'Save yours over it' : 'Save notes',
    send,
    met,
    isBehind: !isSending && notes !== base && notes !== typed,
    takeTheirs: () => {
      setLaidAway(typed)
      setTyped(met?.text ?? base)
    },
    addTheirs: () => setTyped(`${typed.trimEnd()}\n\n${met?.text ?? ''}`),
    bringBack:
      laidAway === null
        ? null
        : () => {
            setTyped(laidAway)
            setLaidAway(null)
          },
  }
}
