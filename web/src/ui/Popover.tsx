import { Popover as Radix } from 'radix-ui'
import type { ReactElement, ReactNode } from 'react'
import { cx } from './cx'

export function Popover({
  trigger,
  children,
  label,
  align = 'start',
  className,
  isOpen,
  onOpenChange,
}: {
  trigger: ReactElement
  children: ReactNode
  label: string
  align?: 'start' | 'center' | 'end'
  className?: string
  isOpen?: boolean
  onOpenChange?: (open: boolean) => void
}) {
  return (
    <Radix.Root {...(isOpen === undefined ? {} : { open: isOpen })} {...(onOpenChange ? { onOpenChange } : {})}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          className={cx('pop', className)}
          align={align}
          sideOffset={4}
          collisionPadding={8}
          aria-label={label}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
