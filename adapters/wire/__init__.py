"""What a platform's wire says, read the same wherever it comes from: live, from history, or an export."""
