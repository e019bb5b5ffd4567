import { useEffect, useRef, useState } from 'react'
import { Button, type ButtonProps } from './Button'
import { toast } from './toasts'

/** Copies, and says so. `what` ends the sentence: "Copied the link". */
export async function copyText(text: string, what: string): Promise<boolean> {
  const isCopied = await write(text)
  toast(
    isCopied
      ? { text: `Copied ${what}`, icon: 'check' }
      : { text: `The browser did not let ${what} be copied. Select the text and copy it by hand.`, icon: 'warn' },
  )
  return isCopied
}

async function write(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return writeOldWay(text)
  }
}

/** Plain http on another machine has no clipboard API; the old command still works there. */
function writeOldWay(text: string): boolean {
  const before = document.activeElement
  const area = document.createElement('textarea')
  area.value = text
  area.className = 'vh'
  // A dialog takes the focus back from what stands outside of it, and nothing would be copied.
  const place = before?.closest('[role=dialog]') ?? document.body
  place.append(area)
  area.select()
  let isGiven = false
  const give = (event: ClipboardEvent): void => {
    event.preventDefault()
    event.stopImmediatePropagation()
    event.clipboardData?.setData('text/plain', text)
    isGiven = event.clipboardData !== null
  }
  window.addEventListener('copy', give, true)
  const isDone = document.execCommand('copy')
  window.removeEventListener('copy', give, true)
  area.remove()
  if (before instanceof HTMLElement) before.focus({ preventScroll: true })
  return isDone && isGiven
}

/** A button that says "Copied" for a moment instead of showing a toast. */
export function CopyButton({ text, label = 'Copy', ...rest }: { text: string; label?: string } & ButtonProps) {
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle')
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  const copy = async () => {
    setState((await write(text)) ? 'copied' : 'failed')
    clearTimeout(timer.current)
    timer.current = setTimeout(() => setState('idle'), 1_600)
  }
  return (
    <Button
      {...rest}
      icon={state === 'copied' ? 'check' : state === 'failed' ? 'warn' : 'copy'}
      onClick={() => void copy()}
    >
      <span aria-live="polite">{state === 'copied' ? 'Copied' : state === 'failed' ? 'Select by hand' : label}</span>
    </Button>
  )
}
