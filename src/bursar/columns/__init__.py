"""How values become columns: money, periods, closed sets of codes, sortable ids, references inside an account."""
