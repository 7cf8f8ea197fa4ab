"""Who may use the browser chat: a password, or a sign-in by OpenID Connect; every route stands behind it."""
