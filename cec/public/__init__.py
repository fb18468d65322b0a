"""What programs are given beside drafting and reading: the functions behind the commands, by plain arguments."""
