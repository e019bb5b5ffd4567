/** A few lines of Markdown to write or to change: Ctrl Enter sends, Escape closes and keeps the draft, Cancel discards it. */

import { useState } from 'react'
import { Button } from '../../ui/Button'
import { useDraft } from '../../ui/drafts'
import { usePanelServices } from '../context'
import { MentionArea } from './MentionArea'

export function WriteBox({
  of,
  label,
  text = '',
  send,
  placeholder,
  rows = 2,
  hasFocus,
  onSend,
  onClose,
  onReopen,
}: {
  /** What is written, unmistakably: its draft is kept by this. */
  of: string
  label: string
  /** What is changed. */
  text?: string
  /** The words on the button. */
  send: string
  placeholder?: string
  rows?: number
  hasFocus?: boolean
  /** Answers whether it was kept: then the box is empty again. */
  onSend: (text: string) => Promise<boolean>
  /** Without: it is always open. */
  onClose?: () => void
  /** Shows it again, for who takes a Cancel back. */
  onReopen?: () => void
}) {
  const { path } = usePanelServices().api
  const [isSending, setSending] = useState(false)
  const draft = useDraft<string>({
    of,
    start: text,
    isChanged: typed => typed !== text,
    isOnItsWay: isSending,
    kept: `The ${label.toLowerCase()} is not sent. What you wrote is there when you come back to it.`,
  })
  const typed = draft.value
  const canSend = !isSending && typed !== text
  const sendIt = async (): Promise<void> => {
    if (!canSend) return
    setSending(true)
    if (await onSend(typed)) draft.drop()
    setSending(false)
  }
  return (
    <form
      className="write-box"
      onSubmit={event => {
        event.preventDefault()
        // A form of React stands within others of the page.
        event.stopPropagation()
        void sendIt()
      }}
    >
      <MentionArea
        className="input"
        path={path}
        rows={rows}
        aria-label={label}
        placeholder={placeholder}
        autoFocus={hasFocus}
        // What is typed meanwhile would go with what was sent.
        readOnly={isSending}
        // Who changes a text goes on at its end.
        onFocus={event => typed === text && event.target.setSelectionRange(text.length, text.length)}
        {...(onClose ? { 'data-escape': 'own' } : {})}
        value={typed}
        onChange={draft.set}
        onKeyDown={event => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void sendIt()
          else if (event.key === 'Escape' && onClose) {
            event.stopPropagation()
            onClose()
          }
        }}
      />
      {draft.isFound && onClose && (
        <p className="hint" role="status">
          You wrote this before and did not send it; Cancel discards it.
        </p>
      )}
      <span className="row g3">
        <Button small type="submit" disabled={!canSend}>
          {send}
        </Button>
        {onClose && (
          <Button
            small
            kind="ghost"
            disabled={isSending}
            onClick={() => {
              draft.discard(onReopen)
              onClose()
            }}
          >
            Cancel
          </Button>
        )}
      </span>
    </form>
  )
}
