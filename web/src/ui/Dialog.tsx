import { Dialog as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { IconButton } from './Button'
import { cx } from './cx'

interface Common {
  isOpen: boolean
  onClose: () => void
  title: string
  children: ReactNode
}

/** A question over the page. `description` is read with the title; without it the content speaks for itself. */
export function Dialog({
  isOpen,
  onClose,
  title,
  description,
  children,
  className,
  isTitleHidden,
}: Common & { description?: ReactNode; className?: string; isTitleHidden?: boolean }) {
  return (
    <Radix.Root open={isOpen} onOpenChange={open => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="scrim" />
        <Radix.Content
          className={cx('dialog', className)}
          {...(description === undefined ? { 'aria-describedby': undefined } : {})}
          onEscapeKeyDown={event => {
            // What is written or chosen from within has its own use for the key.
            if (event.target instanceof Element && event.target.closest('[data-escape=own]')) event.preventDefault()
          }}
        >
          <Radix.Title className={cx(isTitleHidden && 'vh')}>{title}</Radix.Title>
          {description !== undefined && (
            <Radix.Description asChild>
              <p>{description}</p>
            </Radix.Description>
          )}
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

/** Settings of a thing, beside it; a sheet from below on a phone. */
export function Drawer({ isOpen, onClose, title, children, foot }: Common & { foot?: ReactNode }) {
  return (
    <Radix.Root open={isOpen} onOpenChange={open => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="scrim" />
        <Radix.Content className="drawer" aria-describedby={undefined}>
          <div className="drawer-h">
            <Radix.Title className="grow cut">{title}</Radix.Title>
            <IconButton icon="close" label="Close" keys="escape" small onClick={onClose} />
          </div>
          <div className="drawer-b">{children}</div>
          {foot && <div className="drawer-f">{foot}</div>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
