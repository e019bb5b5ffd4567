import { useState } from 'react'
import { perform } from '../../ui/actions'
import { Button } from '../../ui/Button'
import { Banner } from '../../ui/states'
import { useMe } from '../signin/model'

const KEY = 'assay.password-later'

function isPutOff(username: string): boolean {
  try {
    return localStorage.getItem(KEY) === username
  } catch {
    return false
  }
}

/** Offers a password to an account that has none. "Later" is remembered in this browser; Settings keeps the offer. */
export function PasswordBanner() {
  const { username, has_password: hasPassword } = useMe()
  const [isLater, setLater] = useState(() => isPutOff(username))
  const putOff = () => {
    setLater(true)
    try {
      localStorage.setItem(KEY, username)
    } catch {
      // Storage is off: it is asked again on the next visit.
    }
  }
  if (hasPassword || isLater) return null
  return (
    <div className="home-banner">
      <Banner
        icon="lock"
        action={
          <span className="acts">
            <Button kind="ghost" small onClick={putOff}>
              Later
            </Button>
            <Button small onClick={() => void perform('account.password')}>
              Set password
            </Button>
          </span>
        }
      >
        <b className="b">Your account has no password yet.</b> Until it has one, you can only sign in with a link that
        the server prints.
      </Banner>
    </div>
  )
}
