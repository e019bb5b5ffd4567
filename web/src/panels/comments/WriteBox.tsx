/** A few lines of Markdown to write or to change: Ctrl Enter sends, Escape takes back. */

import { useState } from 'react'
import { Button } from '../../ui/Button'
import { usePanelServices } from '../context'
import { MentionArea } from './MentionArea'

export function WriteBox({
  label,
  text = '',
  send,
  placeholder,
  rows = 2,
  hasFocus,
  onSend,
  onCancel,
}: {
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
  onCancel?: () => void
}) {
  const { path } = usePanelServices().api
  const [draft, setDraft] = useState(text)
  const [isSending, setSending] = useState(false)
  const canSend = !isSending && draft !== text
  const sendIt = async (): Promise<void> => {
    if (!canSend) return
    setSending(true)
    if (await onSend(draft)) setDraft('')
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
        onFocus={event => draft === text && event.target.setSelectionRange(text.length, text.length)}
        {...(onCancel ? { 'data-escape': 'own' } : {})}
        value={draft}
        onChange={setDraft}
        onKeyDown={event => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void sendIt()
          else if (event.key === 'Escape' && onCancel) {
            event.stopPropagation()
            onCancel()
          }
        }}
      />
      <span className="row g3">
        <Button small type="submit" disabled={!canSend}>
          {send}
        </Button>
        {onCancel && (
          <Button small kind="ghost" onClick={onCancel}>
            Cancel
          </Button>
        )}
      </span>
    </form>
  )
}
