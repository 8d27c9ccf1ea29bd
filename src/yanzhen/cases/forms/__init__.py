"""What people type and pick on the pages of cases, cleaned; nothing here saves."""
